"""PDQ of a picture turned, mirrored, trimmed and in parts: what finds copies that were changed to hide that they are.

PDQ tolerates recompression, colours and sizes, and no trimming: 5 % off the sides change 60 of 256 bits, 10 % change
104 (benchmarks/serving/rings/noise.py). So a new photo is looked up by many trimmed copies of itself as well.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from vision.copies.pdq import HASHED_SIDE_PX, MIN_QUALITY
from vision.photo.decode import Photo

HASH_BYTES: Final = 32
# How much of each side is kept, and at how many places a side the kept part is: a trimmed copy is within a few per cent
# of one of these 29. The whole picture is none of them.
_TRIMMED: Final = ((0.97, 2), (0.94, 3), (0.9, 4))
_PARTS: Final = 4  # of each side
_PART_SIDE_PX: Final = 64  # what PDQ averages down to
_SHOWS_PRODUCT: Final = 0.02  # of a part: its edge, and no more
_WORKING_SIDE_PX: Final = _PARTS * _PART_SIDE_PX


def working_copy(photo: Photo) -> Image.Image:
    """Give the photo with a longer side of at most 256 px, of which all hashes are made."""
    image = photo.shrunk(_WORKING_SIDE_PX).convert("RGB")
    image.thumbnail((_WORKING_SIDE_PX, _WORKING_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return image


def hash_turned(image: Image.Image) -> NDArray[np.uint8] | None:
    """Hash a picture in its eight orientations, uint8 [8, 32], as it is first; None for a flat one.

    Each is hashed from its own pixels: PDQ's own turned hashes are another 20 bits away.
    """
    pixels = _small(image)
    first, quality = pdqhash.compute(pixels)
    if quality < MIN_QUALITY:
        return None
    turned = [_hash(np.rot90(pixels, turns)[:, ::step]) for turns in range(4) for step in (1, -1)]
    turned[0] = _packed(first)
    return np.stack(turned)


def hash_trimmed(image: Image.Image) -> NDArray[np.uint8]:
    """Hash 29 trimmed copies of a picture and their mirror images: uint8 [58, 32]."""
    return np.stack([_hash(pixels[:, ::step]) for pixels in map(_small, _trimmed(image)) for step in (1, -1)])


def hash_surroundings(image: Image.Image, product: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Hash those of 16 parts of a picture that show something, and nothing of the product, each as it is and mirrored.

    `product`, float32 [H, W] from 0 to 1, is how much of each place of the picture shows the product. Gives uint8
    [N, 2, 32]; a wall of one colour has no part that shows something.
    """
    pixels = np.asarray(image.resize((_WORKING_SIDE_PX, _WORKING_SIDE_PX), Image.Resampling.BILINEAR))
    covered = Image.fromarray(product.astype(np.float32), "F").resize(
        (_WORKING_SIDE_PX, _WORKING_SIDE_PX), Image.Resampling.BILINEAR
    )
    shows = np.asarray(covered) > 0.5
    hashes = []
    for top in range(0, _WORKING_SIDE_PX, _PART_SIDE_PX):
        for left in range(0, _WORKING_SIDE_PX, _PART_SIDE_PX):
            place = slice(top, top + _PART_SIDE_PX), slice(left, left + _PART_SIDE_PX)
            if shows[place].mean() > _SHOWS_PRODUCT:
                continue
            bits, quality = pdqhash.compute(np.ascontiguousarray(pixels[place]))
            if quality >= MIN_QUALITY:
                hashes.append(np.stack([_packed(bits), _hash(pixels[place][:, ::-1])]))
    return np.stack(hashes) if hashes else np.empty((0, 2, HASH_BYTES), np.uint8)


def bits_apart(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the bits in which hashes of 32 bytes differ; both broadcast over what is before their last axis."""
    apart: NDArray[np.int64] = np.bitwise_count(left ^ right).sum(axis=-1, dtype=np.int64)
    return apart


def _trimmed(image: Image.Image) -> Iterator[Image.Image]:
    for kept, places in _TRIMMED:
        width, height = round(image.width * kept), round(image.height * kept)
        for down in range(places):
            for right in range(places):
                x = round((image.width - width) * right / (places - 1))
                y = round((image.height - height) * down / (places - 1))
                yield image.crop((x, y, x + width, y + height))


def _small(image: Image.Image) -> NDArray[np.uint8]:
    small = image.copy()
    small.thumbnail((HASHED_SIDE_PX, HASHED_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.ascontiguousarray(np.asarray(small))


def _hash(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    bits, _ = pdqhash.compute(np.ascontiguousarray(pixels))
    return _packed(bits)


def _packed(bits: NDArray[np.int64]) -> NDArray[np.uint8]:
    return np.packbits(bits.astype(np.uint8))
