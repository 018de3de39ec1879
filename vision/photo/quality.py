"""Whether a photo shows enough to be judged, at a fixed scale so that upload size doesn't matter.

It is read from the network's own input where the product is, for a bundle of format 2; for an older one, whose
validation sample was measured so, from a copy of the whole photo. The thresholds are meant to be sure rather than
complete: docs/photos.md has what they were set on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from vision.photo.decode import Photo

QualityIssue = Literal["too_small", "blurred", "too_dark", "too_bright", "product_not_found", "product_small"]

QUALITY_MESSAGES: Final[dict[QualityIssue, str]] = {
    "too_small": "The photo is too small to show details. Send the original, or move closer.",
    "blurred": "The photo is blurred or shows nothing. Hold the camera still and tap the product to focus.",
    "too_dark": "The photo is too dark. Add light or move to a window.",
    "too_bright": "The photo is washed out. Turn off the flash or move out of the sun.",
    "product_not_found": "No product was found in the photo. Photograph the product alone, large and uncovered.",
    "product_small": "The product fills {share} of the photo. Come closer, until it fills most of it.",
}

LUMA_SIDE_PX: Final = 256
INPUT_LUMA_SIDE_PX: Final = 224  # of the photo inside the network's input: the smallest input that is usual
_SMALLEST_LONG_SIDE_PX: Final = 160
_MIN_SHARPNESS: Final = 0.25  # ordinary photos measure 0.33 to 1
_MIN_HIGHLIGHT: Final = 60  # of 255; ordinary photos measure 120 to 255
_MAX_SHADOW: Final = 200  # of 255; ordinary photos measure 0 to 110
_MIN_PEAK: Final = 0.8  # of the foreground; ordinary photos measure 0.97 to 1
_MIN_PRODUCT_SHARE: Final = 0.12  # ordinary photos measure 0.17 to 1
_SHOWS_PRODUCT: Final = 0.25  # of a place: what its edge passes through counts, since sharpness is read from edges
_EDGE_REACH_PX: Final = 8
_NEAR_SHARES: Final = (1 - 0.001, 1 - 0.0002)  # of all pairs of neighbours: the strongest edges are above
_FAR_SHARES: Final = (1 - 0.005, 1 - 0.001)
_MIN_CONTRAST: Final = 16  # of 255; below it what looks like edges is noise

_SAME_SCALE: Final = 0.01
_ROUNDING_PX: Final = 0.05

Box = tuple[float, float, float, float]

_WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasures:
    """What the issues are read from: sharpness 0 to 1, and the grey levels (0 to 255) of the darkest 2 %, the middle
    and the brightest 2 % of the product's part, or of the whole photo where none is known.

    `product_share` is the share of the photo's area that the product fills, and `foreground_peak` the foreground's
    largest value; None where the bundle doesn't find the product.
    """

    long_side_px: int
    sharpness: float
    shadow: int
    brightness: int
    highlight: int
    product_share: float | None = None
    foreground_peak: float | None = None


def measure_input(
    photo: Photo, pixels: NDArray[np.uint8], box: Box, foreground: NDArray[np.float32] | None
) -> QualityMeasures:
    """The measures of a photo where the product is, or of all of it where none is known or found.

    `pixels` uint8 [S, S, 3] RGB are the network's input, which spans `box` (x0 y0 x1 y1 as shares of the photo);
    `foreground` float32 [H, W] is what the network found in it.
    """
    part, share, peak = _WHOLE, None, None
    if foreground is not None:
        part, share, peak = _find_product(foreground, box)
    measures = _measure(_luma_of(part, photo, pixels, box), photo)
    sharpness = (
        measures.sharpness * INPUT_LUMA_SIDE_PX / LUMA_SIDE_PX
    )  # edges are narrower, in pixels, than on the copy
    return replace(measures, sharpness=sharpness, product_share=share, foreground_peak=peak)


def measure_quality(photo: Photo) -> QualityMeasures:
    """The measures of a whole photo, on a copy of fixed size: those of bundles of format 1."""
    return _measure(_luma_copy(photo), photo)


def quality_issues(measures: QualityMeasures) -> tuple[QualityIssue, ...]:
    """The issues that keep a photo from being judged; empty for an ordinary one."""
    share, peak = measures.product_share, measures.foreground_peak
    is_missing = peak is not None and peak < _MIN_PEAK
    found: dict[QualityIssue, bool] = {
        "too_small": measures.long_side_px < _SMALLEST_LONG_SIDE_PX,
        "blurred": measures.sharpness < _MIN_SHARPNESS,
        "too_dark": measures.highlight < _MIN_HIGHLIGHT,
        "too_bright": measures.shadow > _MAX_SHADOW,
        "product_not_found": is_missing,
        "product_small": share is not None and share < _MIN_PRODUCT_SHARE and not is_missing,
    }
    return tuple(issue for issue, is_found in found.items() if is_found)


def quality_message(issue: QualityIssue, measures: QualityMeasures | None) -> str:
    """What is wrong and what to do, with the share of the photo that its product fills."""
    share = (measures and measures.product_share) or 0.0
    return QUALITY_MESSAGES[issue].format(share=f"{share:.0%}".replace("%", " %") if share >= 0.01 else "less than 1 %")


def measure_sharpness(luma: Image.Image) -> float:
    """How much of the strongest edges' contrast lies between neighbours, 0 to 1, for a picture in mode L.

    A hard edge gives its whole contrast to one pair of neighbours, a blurred one spreads it over many. It is read where
    edges are many and where they are few, since a small product before a plain wall has few.
    """
    near = _levels_at(_count_differences(luma, 1), _NEAR_SHARES)
    far = _levels_at(_count_differences(luma, _EDGE_REACH_PX), _FAR_SHARES)
    return min(1.0, max(one / max(other, _MIN_CONTRAST) for one, other in zip(near, far, strict=True)))


def _measure(luma: Image.Image, photo: Photo) -> QualityMeasures:
    shadow, brightness, highlight = _levels_at(np.array(luma.histogram()), (0.02, 0.5, 0.98))
    return QualityMeasures(
        long_side_px=max(photo.width_px, photo.height_px),
        sharpness=measure_sharpness(luma),
        shadow=shadow,
        brightness=brightness,
        highlight=highlight,
    )


def _find_product(foreground: NDArray[np.float32], box: Box) -> tuple[Box, float, float]:
    """Where the product is, x0 y0 x1 y1 as shares of the photo; the share of its area that it fills; and the peak."""
    height, width = foreground.shape
    across = np.clip(np.linspace(box[0], box[2], width + 1), 0, 1)  # edges of places, cut to the photo
    down = np.clip(np.linspace(box[1], box[3], height + 1), 0, 1)
    columns, rows = np.diff(across), np.diff(down)  # how much of the photo each place spans; 1 in sum
    inside = foreground * np.outer(rows > 0, columns > 0)
    shows = inside >= _SHOWS_PRODUCT
    x, y = np.flatnonzero(shows.any(0)), np.flatnonzero(shows.any(1))
    part = (across[x[0]], down[y[0]], across[x[-1] + 1], down[y[-1] + 1]) if x.size else _WHOLE
    return part, float(rows @ inside @ columns), float(inside.max())


def _luma_of(part: Box, photo: Photo, pixels: NDArray[np.uint8], box: Box) -> Image.Image:
    """A part of the photo in mode L, at the scale at which the photo's longer side is INPUT_LUMA_SIDE_PX.

    It comes of the network's input, unless that is smaller: blur doesn't show there.
    """
    image = Image.fromarray(pixels)
    if pixels.shape[0] < INPUT_LUMA_SIDE_PX:
        image, box = photo.shrunk(INPUT_LUMA_SIDE_PX), _WHOLE
    per_width, per_height = image.width / (box[2] - box[0]), image.height / (box[3] - box[1])  # pixels
    left, top = _from((part[0] - box[0]) * per_width), _from((part[1] - box[1]) * per_height)
    right, bottom = _until((part[2] - box[0]) * per_width), _until((part[3] - box[1]) * per_height)
    luma = image.crop((left, top, right, bottom)).convert("L")
    scale = INPUT_LUMA_SIDE_PX / max(photo.width_px, photo.height_px)
    across, down = scale * photo.width_px / per_width, scale * photo.height_px / per_height
    if max(abs(across - 1), abs(down - 1)) < _SAME_SCALE:
        return luma
    return luma.resize((max(1, round(luma.width * across)), max(1, round(luma.height * down))), Image.Resampling.BOX)


def _from(edge: float) -> int:
    """The first pixel that lies behind an edge by more than rounding: one row of the letterbox is a hard edge."""
    return math.floor(edge + _ROUNDING_PX)


def _until(edge: float) -> int:
    return math.ceil(edge - _ROUNDING_PX)


def _luma_copy(photo: Photo) -> Image.Image:
    """The photo in mode L with a longer side of 256, averaged in two steps where it is much larger."""
    image = photo.shrunk(LUMA_SIDE_PX)
    scale = LUMA_SIDE_PX / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.convert("L").resize(size, Image.Resampling.BOX)


def _count_differences(luma: Image.Image, reach: int) -> NDArray[np.intp]:
    """How often pixels `reach` apart, along both axes, differ by 0 .. 255: [256]. Pillow counts four times faster."""
    width, height = luma.size
    counts = np.zeros(256, np.intp)
    for step_x, step_y in ((reach, 0), (0, reach)):
        if width > step_x and height > step_y:
            one = luma.crop((step_x, step_y, width, height))
            other = luma.crop((0, 0, width - step_x, height - step_y))
            counts += ImageChops.difference(one, other).histogram()
    return counts


def _levels_at(counts: NDArray[np.intp], shares: Sequence[float]) -> list[int]:
    """For each share the level, 0 to 255, at or below which so much of what was counted lies."""
    below = np.cumsum(counts)
    levels: list[int] = np.searchsorted(below, np.multiply(shares, below[-1])).tolist()
    return levels
