"""Makes the figures that are published of a quarter from its counts: pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Final

from serving.schemas.enforcement.transparency import (
    EstimateKey,
    ReportCell,
    ReportEstimate,
    ReportFigures,
    ReportShare,
    ReportTable,
    ShareKey,
    TableKey,
)
from serving.store.transparency.period_counts import Estimate, PeriodCounts, Tally
from serving.transparency.report.suppression import THRESHOLD, Sum, hidden_cells
from vision.binomial import wilson_bounds

MIN_MEMBERS: Final = 3  # of a country or a category: with fewer, its count would tell of one member
RULE: Final = (
    f"Counts of 1 to {THRESHOLD - 1} are hidden, and so are counts of a country or category to which fewer than "
    f"{MIN_MEMBERS} members contribute. Further counts are hidden where a hidden one could be computed from sums: at "
    f"least {THRESHOLD} values of it agree with what is shown. Shares, medians and estimates of hidden or fewer than "
    f"{THRESHOLD} cases are hidden."
)
REQUESTS: Final = "requests"
SHARES: Final[tuple[tuple[ShareKey, str, str], ...]] = (
    ("in_time", "decisions.in_time", "decisions"),
    ("upheld", "requests_by_outcome.upheld", "decided"),
    ("complaints_reversed", "complaints_by_outcome.reversed", "complaints_decided"),
    ("flags_confirmed", "flags_by_review.confirmed", "flags_by_review"),
)
OF_SHARES: Final = ("decided", "complaints_decided")  # totals that are shown beside a share alone


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table: the name of its total among all counts, and its counts by key."""

    key: TableKey
    total: str
    counts: Mapping[str, int]

    @property
    def sum(self) -> Sum:
        return Sum(total=self.total, parts=tuple(self.name_of(key) for key in self.counts))

    def name_of(self, key: str) -> str:
        return f"{self.key}.{key}"


def figures_of(counted: PeriodCounts) -> ReportFigures:
    """Give the figures with small counts hidden, so that none can be computed from the others."""
    tables = _tables_of(counted)
    counts, sums = _cells_of(counted, tables)
    hidden = hidden_cells(counts, sums, also=_of_few_members(counted), first=OF_SHARES)
    return ReportFigures(
        tables=[_shown_table(table, counts, hidden) for table in tables],
        shares=[_shown_share(key, counts[hits], hits, total, counts, hidden) for key, hits, total in SHARES],
        median_hours=_shown_median(counted),
        listings_restricted=_shown("listings_restricted", counts, hidden),
        counter_notices=_shown("counter_notices", counts, hidden),
        reinstated=_shown("reinstated", counts, hidden),
        estimates=[_shown_estimate("precision", counted.precision), _shown_estimate("recall", counted.recall)],
        rule=RULE,
    )


def _tables_of(counted: PeriodCounts) -> list[_Table]:
    return [
        _Table(key="requests_by_source", total=REQUESTS, counts=counted.by_source),
        _Table(key="requests_by_ground", total=REQUESTS, counts=_counts(counted.by_ground)),
        _Table(key="requests_by_country", total=REQUESTS, counts=_counts(counted.by_country)),
        _Table(key="requests_by_category", total=REQUESTS, counts=_counts(counted.by_category)),
        _Table(key="requests_by_outcome", total=REQUESTS, counts=counted.by_outcome),
        _Table(key="decisions", total="decisions", counts={"in_time": counted.in_time, "late": counted.late}),
        _Table(key="complaints_by_side", total="complaints", counts=counted.complaints_by_side),
        _Table(key="complaints_by_outcome", total="complaints", counts=counted.complaints_by_outcome),
        _Table(key="checks_by_outcome", total="checks", counts=counted.checks_by_outcome),
        _Table(
            key="flags_by_review",
            total="flags_by_review",
            counts={"confirmed": counted.flags_confirmed, "refuted": counted.flags_refuted},
        ),
        _Table(key="statements", total="statements", counts=counted.statements),
    ]


def _counts(tallies: Mapping[str, Tally]) -> dict[str, int]:
    return {key: tally.count for key, tally in sorted(tallies.items())}


def _cells_of(counted: PeriodCounts, tables: Iterable[_Table]) -> tuple[dict[str, int], list[Sum]]:
    """Give every count that is shown or that a share is made of, and the sums that a reader knows."""
    counts: dict[str, int] = {}
    sums: list[Sum] = []
    for table in tables:
        counts |= {table.name_of(key): count for key, count in table.counts.items()}
        counts[table.total] = sum(table.counts.values())
        sums.append(table.sum)
    decided = ("requests_by_outcome.upheld", "requests_by_outcome.rejected")
    complaints = ("complaints_by_outcome.confirmed", "complaints_by_outcome.reversed")
    for total, parts in zip(OF_SHARES, (decided, complaints), strict=True):
        counts[total] = sum(counts[part] for part in parts)
        sums.append(Sum(total=total, parts=parts))
    counts["listings_restricted"] = counted.listings_restricted
    counts["counter_notices"], counts["reinstated"] = counted.counter_notices, counted.reinstated
    return counts, sums


def _of_few_members(counted: PeriodCounts) -> set[str]:
    """Give the counts that would tell of one or two members; those of the operator's own findings tell of none."""
    tallies = {"requests_by_country": counted.by_country, "requests_by_category": counted.by_category}
    return {
        f"{table}.{key}"
        for table, found in tallies.items()
        for key, tally in found.items()
        if 0 < tally.members < MIN_MEMBERS
    }


def _shown(name: str, counts: Mapping[str, int], hidden: frozenset[str]) -> int | None:
    return None if name in hidden else counts[name]


def _shown_table(table: _Table, counts: Mapping[str, int], hidden: frozenset[str]) -> ReportTable:
    def cell(key: str, name: str) -> ReportCell:
        return ReportCell(key=key, count=_shown(name, counts, hidden), hidden=name in hidden)

    return ReportTable(
        key=table.key,
        total=cell("total", table.total),
        cells=[cell(key, table.name_of(key)) for key in table.counts],
    )


def _shown_share(
    key: ShareKey, hits: int, hits_name: str, total: str, counts: Mapping[str, int], hidden: frozenset[str]
) -> ReportShare:
    """Give a share, hidden with any count that could be computed from it."""
    n = counts[total]
    is_hidden = bool(hidden & {hits_name, total}) or 0 < n < THRESHOLD
    if is_hidden or n == 0:
        return ReportShare(key=key, share=None, low=None, high=None, n=None if is_hidden else 0, hidden=is_hidden)
    low, high = wilson_bounds(hits, n)
    return ReportShare(key=key, share=round(hits / n, 4), low=round(low, 4), high=round(high, 4), n=n, hidden=False)


def _shown_median(counted: PeriodCounts) -> float | None:
    decided = counted.by_outcome["upheld"] + counted.by_outcome["rejected"]
    if counted.median_hours is None or decided < THRESHOLD:
        return None
    return round(counted.median_hours, 1)


def _shown_estimate(key: EstimateKey, estimate: Estimate) -> ReportEstimate:
    if 0 < estimate.n < THRESHOLD:
        return ReportEstimate(key=key, value=None, low=None, high=None, n=None, hidden=True)
    rounded = [None if value is None else round(value, 4) for value in (estimate.value, estimate.low, estimate.high)]
    return ReportEstimate(key=key, value=rounded[0], low=rounded[1], high=rounded[2], n=estimate.n, hidden=False)
