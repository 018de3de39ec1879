"""The one function that turns a photo into what the network sees; training and serving both call it."""

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.errors import ConfigError
from vision.photo.decode import DEFAULT_LIMITS, Photo, PhotoLimits, Side, open_photo

Filter = Literal["bilinear", "bicubic", "box", "lanczos"]

LETTERBOX_GREY: Final = 127
_REDUCING_GAP: Final = 2.0  # box-reduces by whole factors first: half the time, and 0.05 of 255 away on average
_RESAMPLING: Final = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "box": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputGeometry:
    """How a photo is laid into the network's square input of `size_px`.

    `letterbox` keeps the photo's shape and fills the rest grey; without it the photo is stretched. Of the filters,
    bicubic depends least on the upload's size: 0.3 of 255 between 1 and 12 megapixels where box differs by 1.0.
    `smallest_decoded_side_px` (0: twice `size_px`) is how far a JPEG decoder may shrink before the resize: of the side
    that is fitted to the input, which is the longer one of a letterboxed photo and both of a stretched one.
    """

    size_px: int
    letterbox: bool = True
    filter: Filter = "bicubic"
    smallest_decoded_side_px: int = field(default=0)

    def __post_init__(self) -> None:
        if not 16 <= self.size_px <= 2048:
            raise ConfigError(f"size_px is {self.size_px}: give the network's input side, 16 to 2048.")
        if self.filter not in _RESAMPLING:
            raise ConfigError(f"filter is {self.filter!r}: give one of {', '.join(_RESAMPLING)}.")
        if self.smallest_decoded_side_px == 0:
            object.__setattr__(self, "smallest_decoded_side_px", 2 * self.size_px)
        if self.smallest_decoded_side_px < self.size_px:
            raise ConfigError(
                f"smallest_decoded_side_px is {self.smallest_decoded_side_px}, less than size_px {self.size_px}: "
                "photos would be decoded smaller than the network sees them."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """What the network is given of one photo.

    pixels: uint8 [T, S, S, 3] RGB. boxes: float32 [T, 4], each tile's x0 y0 x1 y1 as shares of the photo's width and
    height; a letterboxed tile reaches outside 0..1.
    """

    pixels: NDArray[np.uint8]
    boxes: NDArray[np.float32]


def open_for_input(data: bytes, geometry: InputGeometry, limits: PhotoLimits = DEFAULT_LIMITS) -> Photo:
    """The photo, decoded no larger than the input needs; raises a PhotoError."""
    side: Side = "longer" if geometry.letterbox else "shorter"
    return open_photo(data, smallest_side_px=geometry.smallest_decoded_side_px, side=side, limits=limits)


def to_input(photo: Photo, geometry: InputGeometry) -> Tiles:
    """The photo's tiles: today one, the whole photo, resized with antialiasing."""
    size = geometry.size_px
    inner_width, inner_height = _inner_size(photo, geometry) if geometry.letterbox else (size, size)
    resized = _resize(photo, (inner_width, inner_height), _RESAMPLING[geometry.filter])
    left, top = (size - inner_width) // 2, (size - inner_height) // 2
    canvas = np.full((size, size, 3), LETTERBOX_GREY, np.uint8)
    canvas[top : top + inner_height, left : left + inner_width] = np.asarray(resized)
    box = (
        -left / inner_width,
        -top / inner_height,
        (size - left) / inner_width,
        (size - top) / inner_height,
    )
    return Tiles(pixels=canvas[None], boxes=np.array([box], np.float32))


def _resize(photo: Photo, size: tuple[int, int], filter_: Image.Resampling) -> Image.Image:
    """What Pillow's `resize(size, filter, reducing_gap=2.0)` gives, from the reduced copy that the photo keeps."""
    width, height = photo.image.size
    if (width, height) == size:
        return photo.image
    factor = int(width / size[0] / _REDUCING_GAP) or 1, int(height / size[1] / _REDUCING_GAP) or 1
    return photo.reduced(factor).resize(size, filter_, box=(0, 0, width / factor[0], height / factor[1]))


def _inner_size(photo: Photo, geometry: InputGeometry) -> tuple[int, int]:
    """Width and height of the photo inside the square, from the shape as uploaded: a reduced decode rounds its own."""
    scale = geometry.size_px / max(photo.width_px, photo.height_px)
    return max(1, round(photo.width_px * scale)), max(1, round(photo.height_px * scale))
