"""Counts of a quarter with values that tests change."""

from __future__ import annotations

import dataclasses

from serving.store.transparency.period_counts import Estimate, PeriodCounts, Tally

COUNTS = PeriodCounts(
    by_source={"member": 180, "own": 20},
    by_ground={"trademark": Tally(count=120, members=6), "design": Tally(count=80, members=4)},
    by_country={"DE": Tally(count=150, members=5), "FR": Tally(count=50, members=3)},
    by_category={"toys": Tally(count=100, members=4), "appliances": Tally(count=100, members=3)},
    by_outcome={"upheld": 120, "rejected": 60, "withdrawn": 10, "open": 10},
    in_time=170,
    late=12,
    median_hours=11.26,
    listings_restricted=300,
    counter_notices=9,
    reinstated=6,
    complaints_by_side={"notifier": 12, "seller": 8},
    complaints_by_outcome={"confirmed": 9, "reversed": 6, "open": 5},
    checks_by_outcome={"genuine": 9000, "counterfeit": 700, "review": 250, "insufficient": 50, "unsupported": 0},
    flags_confirmed=90,
    flags_refuted=10,
    statements={"sent": 290, "waiting": 10, "refused": 0},
    precision=Estimate(value=0.91, low=0.85, high=0.95, n=80),
    recall=Estimate(value=0.83, low=0.7, high=0.92, n=80),
)


def counted(**changed: object) -> PeriodCounts:
    """Give the counts with some values changed."""
    return dataclasses.replace(COUNTS, **changed)  # type: ignore[arg-type]
