"""The service level in truth: which cases were decided in time, by member, category, country and week."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Iterable
from typing import Final

from simulator.truth.business_hours import business_time
from simulator.truth.cases import TrueCase

BENCHMARK: Final = 0.97
Z95: Final = 1.959963984540054  # of the normal distribution, two-sided 95 %


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueShare:
    """How many cases came to what; withdrawn and pending ones are in no share."""

    cases: int
    in_time: int
    late: int
    overdue: int
    pending: int
    withdrawn: int

    @property
    def due(self) -> int:
        """How many cases are in the share."""
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> float | None:
        """The share decided in time; None of none."""
        return self.in_time / self.due if self.due else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval by Wilson's score; None of none."""
        if not self.due:
            return None
        return wilson_interval(self.in_time, self.due)

    @property
    def meets_benchmark(self) -> bool | None:
        """Whether the interval lies at the benchmark or above; None where it lies on both sides."""
        if self.interval is None or self.interval[0] < BENCHMARK <= self.interval[1]:
            return None
        return self.interval[0] >= BENCHMARK


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share, solved from its quadratic equation (share - p)^2 = z^2 p (1 - p) / n."""
    share, square = hits / n, Z95**2 / n
    middle, product = (2 * share + square) / (1 + square), share**2 / (1 + square)
    root = math.sqrt(max(middle**2 / 4 - product, 0.0))
    return max(middle / 2 - root, 0.0), min(middle / 2 + root, 1.0)


def true_share(cases: Iterable[TrueCase], now: datetime.datetime) -> TrueShare:
    """Count cases by what came of them until `now`."""
    some = list(cases)
    undecided = [case for case in some if case.decided_at is None and case.state != "withdrawn"]
    overdue = sum(case.is_late(now) for case in undecided)
    return TrueShare(
        cases=len(some),
        in_time=sum(case.decided_in_time is True for case in some),
        late=sum(case.decided_in_time is False for case in some),
        overdue=overdue,
        pending=len(undecided) - overdue,
        withdrawn=sum(case.decided_at is None and case.state == "withdrawn" for case in some),
    )


def shares_by(
    cases: Iterable[TrueCase], value_of: Callable[[TrueCase], str | None], now: datetime.datetime
) -> dict[str | None, TrueShare]:
    """Give the share of each group of cases."""
    groups: dict[str | None, list[TrueCase]] = {}
    for case in cases:
        groups.setdefault(value_of(case), []).append(case)
    return {value: true_share(group, now) for value, group in groups.items()}


def week_of(case: TrueCase) -> str:
    """Give the Monday of the week of UTC in which a case was received."""
    day = case.opened.at.date()
    return str(day - datetime.timedelta(days=day.isoweekday() - 1))


def late_by_h(case: TrueCase, now: datetime.datetime) -> float:
    """Give by how many business hours a case was or is late, to two decimals."""
    late = business_time(case.due_at, case.decided_at or now, case.opened.country)
    return round(late / datetime.timedelta(hours=1), 2)
