"""PDQ, the trust-and-safety field's perceptual hash: whether two photos are copies of each other."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

from vision.photo.decode import Photo
from vision.photo.quality import LUMA_SIDE_PX

# The distance, of 256 bits, and the quality below which PDQ's authors count a match as one:
# https://github.com/facebook/ThreatExchange/blob/main/hashing/hashing.pdf
NEAR_BITS: Final = 31
MIN_QUALITY: Final = 50
HASHED_SIDE_PX: Final = 128
_PARTS: Final = 4  # of each side
_NEAR_LEVELS: Final = 32  # of 255 in any part: a copy may be a little lighter, and is of no other colour


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoHash:
    """PDQ of a photo and of its mirror image, uint64 [4] each; `quality`, 0 to 100, is low for flat photos.

    `colours`, uint8 [4, 4, 3] RGB, are the means of 16 parts: PDQ sees no colour.
    """

    bits: NDArray[np.uint64]
    mirrored_bits: NDArray[np.uint64]
    quality: int
    colours: NDArray[np.uint8]

    def is_copy_of(self, other: "PhotoHash") -> bool:
        """Whether the two show the same photo, straight or mirrored; flat photos are copies of nothing."""
        if min(self.quality, other.quality) < MIN_QUALITY:
            return False
        pairs = ((other.bits, other.colours), (other.mirrored_bits, other.colours[:, ::-1]))
        return any(
            _bits_apart(self.bits, bits) <= NEAR_BITS and _levels_apart(self.colours, colours) <= _NEAR_LEVELS
            for bits, colours in pairs
        )


def hash_photo(photo: Photo) -> PhotoHash:
    """Hash a photo; one at another size has the same hash but for a few bits."""
    # PDQ averages down to 64 × 64 whatever it gets; from 128 px it costs 0.9 ms instead of 40,
    # and a copy at another size ends up closer.
    image = photo.shrunk(LUMA_SIDE_PX).copy()  # where the quality measure starts too
    image.thumbnail((HASHED_SIDE_PX, HASHED_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
    small = np.asarray(image)
    bits, quality = pdqhash.compute(np.ascontiguousarray(small))
    mirrored_bits, _ = pdqhash.compute(np.ascontiguousarray(small[:, ::-1]))
    colours = np.asarray(image.resize((_PARTS, _PARTS), Image.Resampling.BOX))
    return PhotoHash(bits=_pack(bits), mirrored_bits=_pack(mirrored_bits), quality=int(quality), colours=colours)


def _levels_apart(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> int:
    return int(np.abs(left.astype(np.int16) - right).max())


def _bits_apart(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> int:
    return int(np.bitwise_count(left ^ right).sum())


def _pack(bits: NDArray[np.int64]) -> NDArray[np.uint64]:
    return np.packbits(bits.astype(np.uint8)).view(np.uint64)
