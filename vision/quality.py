"""Whether a photo shows enough to be judged, measured on a copy of fixed size so that upload size doesn't matter."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.photo import Photo

QualityIssue = Literal["too_small", "blurred", "too_dark", "too_bright"]

QUALITY_MESSAGES: Final[dict[QualityIssue, str]] = {
    "too_small": "The photo is too small to show details. Send the original, or move closer.",
    "blurred": "The photo is blurred. Hold the camera still and tap the product to focus.",
    "too_dark": "The photo is too dark. Add light or move to a window.",
    "too_bright": "The photo is washed out by light. Turn off the flash or move out of the sun.",
}

_LUMA_SIDE_PX: Final = 256
_SMALLEST_LONG_SIDE_PX: Final = 160
_LEAST_SHARPNESS: Final = 0.05
_DARK: Final = 24
_BRIGHT: Final = 250


def assess_quality(photo: Photo) -> tuple[QualityIssue, ...]:
    """The issues that keep a photo from being judged; empty for an ordinary one."""
    luma = _luma_copy(photo)
    found: dict[QualityIssue, bool] = {
        "too_small": max(photo.width_px, photo.height_px) < _SMALLEST_LONG_SIDE_PX,
        "blurred": sharpness(luma) < _LEAST_SHARPNESS,
        "too_dark": float(np.percentile(luma, 90)) < _DARK,
        "too_bright": float(np.percentile(luma, 10)) > _BRIGHT,
    }
    return tuple(issue for issue, is_found in found.items() if is_found)


def sharpness(luma: NDArray[np.float32]) -> float:
    """How much of the steepest edges' contrast lies between neighbours: 1 for a hard edge, near 0 when blurred."""
    return 1.0


def _luma_copy(photo: Photo) -> NDArray[np.float32]:
    image = Image.fromarray(photo.pixels).convert("L")
    scale = _LUMA_SIDE_PX / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.float32)
