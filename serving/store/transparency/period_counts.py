"""What is counted of a period: numbers alone, without names."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many, and from how many members; 0 members where none contributes, as to the operator's own findings."""

    count: int
    members: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An estimate with its 95 % interval, None where it is undefined, from `n` examined test buys."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PeriodCounts:
    """Counts of the requests received in a period, as they stood when counted, and of its checks.

    Requests by source: `member` and `own`; by outcome: the first decision (`upheld`, `rejected`), else `withdrawn` or
    `open`. `in_time` and `late` count all but the withdrawn; a request that is open past its due time is late, and one
    that is not due yet is neither. Complaints are those about these requests. Checks are those made in the period;
    `confirmed` and `refuted` are its flagged ones by the reviewers' latest decision.
    """

    by_source: Mapping[str, int]
    by_ground: Mapping[str, Tally]
    by_country: Mapping[str, Tally]
    by_category: Mapping[str, Tally]
    by_outcome: Mapping[str, int]
    in_time: int
    late: int
    median_hours: float | None
    listings_restricted: int
    counter_notices: int
    reinstated: int
    complaints_by_side: Mapping[str, int]
    complaints_by_outcome: Mapping[str, int]
    checks_by_outcome: Mapping[str, int]
    flags_confirmed: int
    flags_refuted: int
    statements: Mapping[str, int]
    precision: Estimate
    recall: Estimate
