"""What is counted of a year for the annual report of a marketplace in the EU: numbers alone, without names."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from serving.store.transparency.period_counts import Estimate


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCounts:
    """Notices received in the year, the listings that they name, those restricted, and hours to the decision."""

    notices: int = 0
    items: int = 0
    actions: int = 0
    median_hours: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GroundCounts:
    """The counts of one right: of all notices of members, of those by trusted flaggers, and of own findings."""

    notices: NoticeCounts = NoticeCounts()
    trusted: NoticeCounts = NoticeCounts()
    own: NoticeCounts = NoticeCounts()
    own_found_by_automation: int = 0  # restricted listings of own findings that a check had flagged


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintCounts:
    """Complaints of one side by their outcome, and the median hours to the decision."""

    confirmed: int = 0
    reversed: int = 0
    open: int = 0
    median_hours: float | None = None

    @property
    def total(self) -> int:
        """All of them."""
        return self.confirmed + self.reversed + self.open


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class YearCounts:
    """Counts of the requests under the law of the EU that were received in a year, as they stood when counted."""

    grounds: Mapping[str, GroundCounts]
    of_sellers: ComplaintCounts
    of_notifiers: ComplaintCounts
    of_trusted: ComplaintCounts  # those of notifiers that are trusted flaggers
    all_complaints_median_hours: float | None
    decided_by_automation: int
    decided_by_people: int
    precision: Estimate
    recall: Estimate
