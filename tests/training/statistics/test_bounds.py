"""Bounds of an error share, against scipy's beta distribution."""

import pytest
from scipy import stats

from training.statistics.bounds import listings_needed, listings_to_expect, require_share, upper_bound


def test_seventy_two_listings_are_needed_for_five_percent() -> None:
    assert listings_needed(0.05) == 72
    assert upper_bound(0, 72) <= 0.05 < upper_bound(0, 71)
    assert listings_needed(0.01) == 368


def test_nineteen_listings_are_needed_to_expect_five_percent() -> None:
    assert [listings_to_expect(limit) for limit in (0.05, 0.1, 0.01, 0.3)] == [19, 9, 99, 3]
    with pytest.raises(ValueError, match="got 1"):
        listings_to_expect(1.0)


def test_the_bound_is_clopper_and_pearson_s() -> None:
    assert upper_bound(3, 100) == pytest.approx(stats.beta.ppf(0.975, 4, 97))
    assert upper_bound(5, 5) == 1.0
    assert upper_bound(0, 0) == 1.0


@pytest.mark.parametrize("limit", [0.0, 1.0, -0.1, 5.0])
def test_a_limit_that_is_no_share_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match=f"got {limit}"):
        require_share(limit)
    with pytest.raises(ValueError, match=f"got {limit}"):
        listings_needed(limit)
