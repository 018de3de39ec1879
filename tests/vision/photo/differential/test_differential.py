"""The same picture from every format, depth, orientation and colour signal gives the same pixels.

The reference is libvips, or the picture itself where libvips doesn't convert its colours. A file is within its stated
tolerance, or it is refused by the code that is due. `python -m tests.vision.photo.differential` prints the counts.
"""

from collections import Counter
from typing import Final

import pytest

from tests.vision.photo.differential.combination import Combination, measure
from tests.vision.photo.differential.heif import avif_combinations, heic_combinations
from tests.vision.photo.differential.jpeg_and_webp import jpeg_combinations, webp_combinations
from tests.vision.photo.differential.png import png_combinations

COMBINATIONS: Final = (
    *jpeg_combinations(),
    *png_combinations(),
    *webp_combinations(),
    *avif_combinations(),
    *heic_combinations(),
)
MIN_COMBINATIONS: Final = 400
MAX_REFUSED_SHARE: Final = 0.1


@pytest.mark.slow
@pytest.mark.parametrize("combination", COMBINATIONS, ids=lambda one: f"{one.kind}: {one.name}")
def test_the_picture_is_the_same(combination: Combination) -> None:
    found = measure(combination)
    assert found.refused == combination.refused
    assert found.mean <= combination.tolerance.mean
    assert found.percentile_99 <= combination.tolerance.percentile_99


def test_the_combinations_are_many_and_differ_and_few_are_refused() -> None:
    assert len(COMBINATIONS) >= MIN_COMBINATIONS
    assert max(Counter((one.kind, one.name) for one in COMBINATIONS).values()) == 1
    assert sum(one.refused is not None for one in COMBINATIONS) <= MAX_REFUSED_SHARE * len(COMBINATIONS)
