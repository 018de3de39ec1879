"""Copies of a photo to look at: upright, in sRGB, with nothing but pixels."""

import io
from typing import Any, Final

from PIL import Image

from vision.photo.decode import DEFAULT_LIMITS, PhotoLimits, open_photo

RENDITION_VERSION: Final = 1  # raised when the same photo gives other bytes: those that were kept are then made anew
_WEBP_QUALITY: Final = 75  # a detailed photo at 1,600 px: 80 to 140 kB; as JPEG of like quality twice that


def upright_jpeg(data: bytes, *, max_side_px: int | None = None, limits: PhotoLimits = DEFAULT_LIMITS) -> bytes:
    """The photo as JPEG, its longer side at most `max_side_px`; raises a PhotoError as `open_photo` does."""
    return _encoded(data, max_side_px, limits, "JPEG", quality=90)


def upright_webp(data: bytes, *, max_side_px: int, limits: PhotoLimits = DEFAULT_LIMITS) -> bytes:
    """The photo as WebP, its longer side at most `max_side_px`; raises a PhotoError as `open_photo` does."""
    return _encoded(data, max_side_px, limits, "WEBP", quality=_WEBP_QUALITY)


def _encoded(data: bytes, max_side_px: int | None, limits: PhotoLimits, kind: str, **options: Any) -> bytes:
    image = open_photo(data, smallest_side_px=max_side_px, side="longer", limits=limits).image
    if max_side_px is not None and max(image.size) > max_side_px:
        image.thumbnail((max_side_px, max_side_px), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()
