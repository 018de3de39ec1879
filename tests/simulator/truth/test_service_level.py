"""Shares and intervals by another formula than the server's."""

from __future__ import annotations

import pytest

from simulator.truth.service_level import TrueShare


def share(in_time: int, late: int, overdue: int = 0) -> TrueShare:
    cases = in_time + late + overdue
    return TrueShare(cases=cases, in_time=in_time, late=late, overdue=overdue, pending=0, withdrawn=0)


# Wilson's interval of 97 of 100 is [0.9155, 0.9897] (Brown, Cai and DasGupta 2001, formula 4).
@pytest.mark.parametrize(
    ("some", "low", "high"),
    [(share(97, 2, 1), 0.9155, 0.9897), (share(10, 0), 0.7225, 1.0), (share(0, 10), 0.0, 0.2775)],
)
def test_the_interval_is_wilsons(some: TrueShare, low: float, high: float) -> None:
    assert some.interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("some", "meets"), [(share(1000, 1), True), (share(97, 3), None), (share(80, 20), False), (share(0, 0), None)]
)
def test_the_benchmark_is_met_where_the_whole_interval_reaches_it(some: TrueShare, meets: bool | None) -> None:
    assert some.meets_benchmark is meets
