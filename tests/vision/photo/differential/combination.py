"""One way to store the picture, and what must come out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.vision.photo.differential.libvips import decode_by_libvips
from tests.vision.photo.differential.picture import make_picture
from vision.errors import PhotoError
from vision.photo.decode import open_photo

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """In levels of 255: the mean of the absolute differences, and that which 99 % do not exceed."""

    mean: float
    percentile_99: float


EXACT: Final = Tolerance(mean=0, percentile_99=0)
ROUNDED: Final = Tolerance(mean=0.5, percentile_99=1)  # two roundings of the same value
SAME_FILE: Final = Tolerance(mean=1.0, percentile_99=3)  # two decoders of one lossy file
LOSSY: Final = Tolerance(mean=1.8, percentile_99=8)  # what the encoder loses
SUBSAMPLED: Final = Tolerance(mean=2.0, percentile_99=14)  # at hard edges of colour, which the picture has
INKS: Final = Tolerance(
    mean=3.0, percentile_99=30
)  # the same for magenta and yellow, which are subsampled as chroma is
CONVERTED: Final = Tolerance(mean=1.0, percentile_99=4)  # into a wider space of 8 bits and back
COARSE: Final = Tolerance(mean=2.0, percentile_99=8)  # the same for light or a gamma that has few levels in the dark
HDR: Final = Tolerance(mean=3.0, percentile_99=12)  # Pillow gives 8 bits of PQ, a step of which is 2 to 5 levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """A file of `make_picture()`, or of something like it.

    expected: the pixels that must come out, None for those that libvips gives. refused: the code, where one is due.
    """

    kind: str
    name: str
    data: Callable[[], bytes]
    tolerance: Tolerance
    expected: Callable[[], Pixels] | None = make_picture
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was measured, in levels of 255; `refused` is the code of a photo that was not decoded."""

    mean: float = 0.0
    percentile_99: float = 0.0
    refused: str | None = None


def measure(combination: Combination) -> Difference:
    data = combination.data()
    try:
        found = open_photo(data).pixels.astype(int)
    except PhotoError as error:
        return Difference(refused=error.code)
    expected = combination.expected() if combination.expected is not None else decode_by_libvips(data)
    assert found.shape == expected.shape
    difference = np.abs(found - expected)
    return Difference(mean=float(difference.mean()), percentile_99=float(np.percentile(difference, 99)))
