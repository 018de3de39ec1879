"""Which cells of the annual templates would tell a quarter what its published figures hide: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from serving.store.transparency.year_counts import YearCounts
from serving.transparency.report.differencing import Counts, exposing_counts
from serving.transparency.statements.statement import KEYWORDS
from serving.transparency.statements.vocabulary import INTELLECTUAL_PROPERTY

NOTICES = "4_notices"
MEASURES = "measures"
COMPLAINTS = "7_appeals_and_recidivism"
DECISIONS = "8_automated_means"


def exposing_cells(counted: YearCounts, quarters: Sequence[Counts | None]) -> Mapping[str, frozenset[str]]:
    """Give the cells to protect by the kind of part that has them, as `annual` names both.

    `quarters` are the counts that each quarter of the year shows in public, None while it shows none. They have
    requests under other laws as well, so that a year is compared as if there were none: more is hidden than must be.
    """
    links = list(_links(counted))
    exposing = exposing_counts({name: count for name, count, _, _ in links}, quarters)
    cells: dict[str, set[str]] = {}
    for name, _, kind, some in links:
        cells.setdefault(kind, set()).update(some if name in exposing else ())
    return {kind: frozenset(some) for kind, some in cells.items()}


def _links(counted: YearCounts) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """Give each count by its name in the quarters, its value in the year, and the cells of a part that tell it."""
    grounds = counted.grounds.values()
    for ground, one in counted.grounds.items():
        requests = one.notices.notices + one.own.notices
        yield f"requests_by_ground.{ground}", requests, NOTICES, (f"{KEYWORDS[ground]}.0",)  # type: ignore[index]
    notices = sum(one.notices.notices for one in grounds)
    yield "requests_by_source.member", notices, NOTICES, (f"{INTELLECTUAL_PROPERTY}.0",)
    restricted = sum(one.notices.actions + one.own.actions for one in grounds)
    by_law_or_terms = (f"{INTELLECTUAL_PROPERTY}.6", f"{INTELLECTUAL_PROPERTY}.8")
    yield "listings_restricted", restricted, NOTICES, by_law_or_terms
    yield "listings_restricted", restricted, MEASURES, (f"{INTELLECTUAL_PROPERTY}.0", f"{INTELLECTUAL_PROPERTY}.2")
    sides = {"seller": ("of_sellers", counted.of_sellers), "notifier": ("of_notifiers", counted.of_notifiers)}
    for side, (name, complaints) in sides.items():
        yield f"complaints_by_side.{side}", complaints.total, COMPLAINTS, (f"{name}.total",)
    for outcome in ("confirmed", "reversed", "open", "total"):
        count = sum(getattr(complaints, outcome) for _, complaints in sides.values())
        yield f"complaints_by_outcome.{outcome}", count, COMPLAINTS, (f"all.{outcome}",)
    yield "decided", counted.decided_by_automation + counted.decided_by_people, DECISIONS, ("solely", "not")
