from __future__ import annotations

import pytest

from vision.binomial import wilson_bounds


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (1, 29, 0.0061, 0.1718), (50, 100, 0.4038, 0.5962)],  # Wilson 1927, worked by hand
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert wilson_bounds(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_no_hits_and_only_hits_keep_an_interval_that_ends_at_the_share() -> None:
    assert (wilson_bounds(0, 10)[0], wilson_bounds(10, 10)[1]) == (0, 1)
    assert wilson_bounds(0, 10) == pytest.approx((0, 0.2775), abs=5e-5)
    assert wilson_bounds(10, 10) == pytest.approx((0.7225, 1), abs=5e-5)


def test_hits_and_misses_have_mirrored_intervals() -> None:
    for hits, n in [(1, 4), (3, 17), (40, 41)]:
        low, high = wilson_bounds(hits, n)
        assert wilson_bounds(n - hits, n) == pytest.approx((1 - high, 1 - low))
