"""What readers learn by subtracting figures that are published at different times: pure.

Two versions of a quarter show what changed between them, and a year less three quarters shows the fourth. A difference
of 1 to `THRESHOLD` - 1 would tell what the hiding of small counts keeps back.
Source: Hundepool et al., Statistical Disclosure Control (2012), on linked tables and differencing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from serving.schemas.enforcement.transparency import ReportFigures
from serving.transparency.report.suppression import THRESHOLD

Counts = Mapping[str, int | None]  # by `TABLE.KEY`, None where a count is hidden; one that is not there is 0
_SINGLE: Final = ("listings_restricted", "counter_notices", "reinstated")


def counts_of(figures: ReportFigures) -> dict[str, int | None]:
    """Give every count that a reader of the figures sees, also those that shares and estimates are made of."""
    counts = {f"{table.key}.{cell.key}": cell.count for table in figures.tables for cell in (table.total, *table.cells)}
    for share in figures.shares:
        counts[f"{share.key}.n"] = share.n
    counts |= {f"{estimate.key}.n": estimate.n for estimate in figures.estimates}
    counts |= {name: getattr(figures, name) for name in _SINGLE}
    upheld, rejected = (counts.get(f"requests_by_outcome.{key}", 0) for key in ("upheld", "rejected"))
    counts["decided"] = None if upheld is None or rejected is None else upheld + rejected
    return counts


def small_changes(before: Counts, after: Counts) -> list[tuple[str, int]]:
    """Give the counts that changed by 1 to `THRESHOLD` - 1, and by how much, in order.

    What a table's hidden counts changed together is one of them (`TABLE.hidden`), where its total and the others tell.
    """
    names = sorted(before.keys() | after.keys())
    changes: dict[str, int | None] = {name: _change(before.get(name, 0), after.get(name, 0)) for name in names}
    for total in [name for name in names if name.endswith(".total")]:
        table = total.removesuffix("total")
        parts = [changes[name] for name in names if name.startswith(table) and name != total]
        whole = changes[total]
        if whole is not None and None in parts:
            changes[f"{table}hidden"] = whole - sum(part for part in parts if part is not None)
    return [(name, by) for name, by in sorted(changes.items()) if by is not None and 0 < abs(by) < THRESHOLD]


def exposing_counts(year: Mapping[str, int], quarters: Sequence[Counts | None]) -> frozenset[str]:
    """Give the counts of a year that would tell a quarter's hidden count, or one of 1 to `THRESHOLD` - 1.

    `year` has them by the names that they have in the quarters. A quarter is None while nothing of it is published.
    """
    exposing = set()
    for name, count in year.items():
        shown = [None if one is None else one.get(name, 0) for one in quarters]
        is_hidden = any(one is not None and one.get(name, 0) is None for one in quarters)
        rest = count - sum(value for value in shown if value is not None)
        if is_hidden or (None in shown and shown.count(None) < len(shown) and 0 < rest < THRESHOLD):
            exposing.add(name)
    return frozenset(exposing)


def _change(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before
