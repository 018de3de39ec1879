from __future__ import annotations

import itertools

import pytest

from serving.test_buys.estimates import StratumResult, estimate
from serving.test_buys.frame import Group
from serving.test_buys.strata import Stratum


def result(
    group: Group, size: int, genuine: int, counterfeit: int, missing: int = 0, waiting: int = 0, suspicion: float = 0.0
) -> StratumResult:
    draws = genuine + counterfeit + missing + waiting
    return StratumResult(
        stratum=Stratum(group=group, size=size, draws=draws, suspicion=suspicion),
        genuine=genuine,
        counterfeit=counterfeit,
        missing=missing,
        waiting=waiting,
    )


def test_a_worked_example() -> None:
    found = estimate(
        [
            result("flagged", 100, 2, 18, suspicion=3.0),  # 90 counterfeits
            result("open", 50, 8, 2),  # 10
            result("passed", 1000, 49, 1, suspicion=-3.0),  # 20
            result("passed", 5000, 30, 0, suspicion=-6.0),  # 0
        ],
        "seed",
    )
    assert found.precision.share == pytest.approx(90 / 100)
    assert found.recall.share == pytest.approx(90 / 120)
    assert found.prevalence.share == pytest.approx(120 / 6150)
    for one in (found.precision, found.recall, found.prevalence):
        assert one.share is not None
        assert 0 < one.low < one.share < one.high < 1
        assert one.lowest == one.highest == pytest.approx(one.share)  # nothing is missing


def test_the_estimate_is_unbiased_over_every_draw_that_could_have_been_made() -> None:
    """All pairs of draws: 2 from a flagged stratum of 4, 3 from an open one of 5, with two counterfeits in each."""
    flagged, others = (True, True, False, False), (True, True, False, False, False)
    shares, totals = [], []
    for first in itertools.combinations(flagged, 2):
        for second in itertools.combinations(others, 3):
            found = estimate(
                [
                    result("flagged", 4, 2 - sum(first), sum(first)),
                    result("open", 5, 3 - sum(second), sum(second)),
                ],
                "seed",
            )
            shares.append(found.precision.share)
            totals.append(found.prevalence.share)
    assert len(shares) == 60
    assert sum(one for one in shares if one is not None) / 60 == pytest.approx(2 / 4)
    assert sum(one for one in totals if one is not None) / 60 == pytest.approx(4 / 9)


def test_missing_purchases_move_the_bounds_and_not_the_estimate() -> None:
    whole = [result("flagged", 100, 5, 15), result("passed", 1000, 45, 5)]
    some = [result("flagged", 100, 5, 15, missing=5), result("passed", 1000, 45, 5, waiting=10)]
    first, second = estimate(whole, "s"), estimate(some, "s")
    assert second.precision.share == first.precision.share == pytest.approx(0.75)
    assert second.precision.lowest == pytest.approx(15 / 25)
    assert second.precision.highest == pytest.approx(20 / 25)
    # the fewest flagged and the most passed, and the other way round
    assert second.recall.lowest == pytest.approx(60 / (60 + 1000 * 15 / 60))
    assert second.recall.highest == pytest.approx(80 / (80 + 1000 * 5 / 60))


def test_a_stratum_without_an_outcome_takes_the_share_of_the_nearest_of_its_group() -> None:
    found = estimate(
        [
            result("flagged", 100, 0, 10, suspicion=4.0),
            result("flagged", 100, 5, 5, suspicion=1.0),
            result("flagged", 200, 0, 0, missing=3, suspicion=1.5),
            result("passed", 10, 10, 0, suspicion=-3.0),
        ],
        "seed",
    )
    assert found.precision.share == pytest.approx((100 + 50 + 100) / 400)


def test_an_end_is_in_the_interval_where_no_finding_speaks_against_it() -> None:
    found = estimate([result("flagged", 100, 0, 20), result("passed", 1000, 50, 0, suspicion=-4.0)], "seed")
    assert found.precision.high == 1.0
    assert found.recall.high == 1.0
    assert found.recall.share == 1.0
    assert found.recall.low < 0.99


def test_without_a_flagged_listing_there_is_no_precision() -> None:
    found = estimate([result("passed", 1000, 45, 5, suspicion=-3.0)], "seed")
    assert found.precision.share is None
    assert (found.precision.low, found.precision.high) == (0.0, 1.0)
    assert found.prevalence.share == pytest.approx(0.1)


def test_without_any_outcome_nothing_is_claimed() -> None:
    found = estimate([result("flagged", 100, 0, 0, waiting=20), result("passed", 1000, 0, 0, waiting=9)], "seed")
    for one in (found.precision, found.recall, found.prevalence):
        assert one.share is None
        assert (one.low, one.high) == (0.0, 1.0)
    assert estimate([], "seed").recall.share is None


def test_a_recall_without_a_counterfeit_is_not_known() -> None:
    found = estimate([result("flagged", 10, 5, 0), result("passed", 1000, 20, 0, suspicion=-4.0)], "seed")
    assert found.recall.share is None
    assert found.recall.high == 1.0
    assert found.precision.share == 0.0
    assert found.precision.low == 0.0
