"""Copies of a photo to look at: upright, in sRGB, with nothing but pixels."""

import enum
import io
from typing import Final

from PIL import Image

from vision.photo.decode import DEFAULT_LIMITS, PhotoLimits, open_photo

RENDITION_VERSION: Final = 2  # raised when the same photo gives other bytes: those that were kept are then made anew
WEBP_QUALITIES: Final = (75, 60, 50, 40)
WEBP_BYTES: Final = 100_000  # twelve of them leave room for a page of 1.5 MB; busy photos take 160 kB at quality 75


class RenditionSide(enum.IntEnum):
    """The longer side of a rendition in pixels: for a strip of all photos, and for one that fills the page.

    Where one is dropped, raise RENDITION_VERSION: a deletion removes the renditions of these sides.
    """

    STRIP = 160
    PAGE = 1600


def upright_jpeg(data: bytes, *, max_side_px: int | None = None, limits: PhotoLimits = DEFAULT_LIMITS) -> bytes:
    """The photo as JPEG, its longer side at most `max_side_px`; raises a PhotoError as `open_photo` does."""
    return _encoded(_upright(data, max_side_px, limits), "JPEG", 90)


def upright_webp(data: bytes, *, max_side_px: int, limits: PhotoLimits = DEFAULT_LIMITS) -> bytes:
    """The photo as WebP, its longer side at most `max_side_px`; raises a PhotoError as `open_photo` does.

    It has the best of WEBP_QUALITIES that takes at most WEBP_BYTES, or the last one.
    """
    image = _upright(data, max_side_px, limits)
    copy = b""
    for quality in WEBP_QUALITIES:
        copy = _encoded(image, "WEBP", quality)
        if len(copy) <= WEBP_BYTES:
            break
    return copy


def _upright(data: bytes, max_side_px: int | None, limits: PhotoLimits) -> Image.Image:
    image = open_photo(data, smallest_side_px=max_side_px, side="longer", limits=limits).image
    if max_side_px is not None and max(image.size) > max_side_px:
        image.thumbnail((max_side_px, max_side_px), Image.Resampling.BICUBIC)
    return image


def _encoded(image: Image.Image, kind: str, quality: int) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, quality=quality)
    return stream.getvalue()
