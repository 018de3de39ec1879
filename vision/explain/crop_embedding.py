"""A crop of a photo as a small JPEG, and the embedding of such a JPEG.

References in a bundle and crops of a checked photo both go this way, so that their likeness depends neither on how
large a photo was uploaded nor on who cut it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vision.bundle.bundle import Bundle
from vision.explain.crops import Box
from vision.inference.scorer import TileScorer
from vision.inputs import to_input
from vision.photo.decode import Photo, PhotoLimits, open_photo

MAX_BYTES: Final = 24 * 1024
DECODED_SIDE_PX: Final = 1024  # of the photo: a quarter of it then has the pixels that a crop keeps
_SIDES_PX: Final = (256, 192, 128, 64)  # the first at which the picture is small enough
_QUALITY: Final = 82
_ANY_SIDE: Final = PhotoLimits(min_side_px=1)  # a crop of a small photo is smaller still


def crop_jpeg(photo: Photo, box: Box) -> bytes:
    """The part of the photo in `box` (x0 y0 x1 y1, 0 to 1), at most 256 px a side and 24 kB, without metadata."""
    width, height = photo.image.size
    x0, y0, x1, y1 = box
    left, top = min(width - 1, math.floor(x0 * width)), min(height - 1, math.floor(y0 * height))
    right, bottom = max(left + 1, math.ceil(x1 * width)), max(top + 1, math.ceil(y1 * height))
    crop = Image.fromarray(photo.pixels[top:bottom, left:right])
    for side_px in _SIDES_PX:
        data = _encode(crop, side_px)
        if len(data) <= MAX_BYTES:
            break
    return data


def embed_crops(scorer: TileScorer, bundle: Bundle, crops: Sequence[bytes]) -> NDArray[np.float32]:
    """The graph's embedding of each crop as `crop_jpeg` made it: float32 [N, D] of unit length, one run a crop."""
    rows = [_embed(scorer, bundle, crop) for crop in crops]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def _embed(scorer: TileScorer, bundle: Bundle, crop: bytes) -> NDArray[np.float32]:
    tiles = to_input(open_photo(crop, limits=_ANY_SIDE), bundle.metadata.geometry)
    return np.asarray(scorer.score(tiles.pixels).embedding[0], np.float32)


def _encode(crop: Image.Image, side_px: int) -> bytes:
    small = crop.copy()
    small.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    return stream.getvalue()
