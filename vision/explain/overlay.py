"""The evidence map as a picture to lay over its photo."""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.verdict import Evidence

TOWARDS_COUNTERFEIT: Final = (214, 40, 40)
TOWARDS_GENUINE: Final = (33, 102, 214)
MAX_SIDE_PX: Final = 256  # at least 18 for each place of the map: more would show nothing more, and take more bytes
_MAX_ALPHA: Final = 190  # of 255: the photo still shows through the strongest place
_FAINTEST: Final = 0.08  # of the strongest place: below it nothing is drawn
_MIN_LOGIT: Final = 0.5  # a map whose places all together could not move the logit by this is drawn fainter


def evidence_png(evidence: Evidence, width_px: int, height_px: int) -> bytes:
    """An RGBA overlay in the photo's frame, as PNG: red towards counterfeit, blue towards genuine, else transparent.

    It has the shape of a photo of `width_px` x `height_px` and at most 256 px a side: stretch it over the photo.
    Opacity shows strength, relative to the map's strongest place.
    """
    shrink = min(1.0, MAX_SIDE_PX / max(width_px, height_px))
    size = max(1, round(width_px * shrink)), max(1, round(height_px * shrink))
    values = np.nan_to_num(evidence.values.astype(np.float32))
    strongest = max(float(np.abs(values).max()), _MIN_LOGIT / values.size)
    share = _in_photo_frame(values / strongest, evidence.box, size)  # [H, W], -1..1
    overlay = np.empty((size[1], size[0], 4), np.uint8)
    overlay[..., :3] = np.where(share[..., None] < 0, TOWARDS_COUNTERFEIT, TOWARDS_GENUINE)
    overlay[..., 3] = np.clip((np.abs(share) - _FAINTEST) / (1 - _FAINTEST), 0, 1) * _MAX_ALPHA
    stream = io.BytesIO()
    Image.fromarray(overlay).save(stream, "PNG", compress_level=4)
    return stream.getvalue()


def _in_photo_frame(
    values: NDArray[np.float32], box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.float32]:
    """The map [H, W] as the photo's `size` (width, height) shows it: cut to the photo and smoothly enlarged."""
    x0, y0, x1, y1 = box
    height, width = values.shape
    across, down = width / (x1 - x0), height / (y1 - y0)  # places of the map per photo width and height
    to_map = (across / size[0], 0, -x0 * across, 0, down / size[1], -y0 * down)
    image = Image.fromarray(values).transform(size, Image.Transform.AFFINE, to_map, Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32)
