"""The clock of a case: business hours that run from its start and stop while the member owes an answer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from serving.cases.clocks.business_hours import DueTime, business_time_between, due_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """So many business hours of a country, from `started_at`. A change gives another clock.

    `paused_s` is the business time, in seconds, of the pauses that ended: a weekend that lies in a pause is none.
    Times are aware. Methods raise CalendarUnknown for a country that has no calendar.
    """

    country: str
    started_at: datetime.datetime
    hours: float = 24
    paused_since: datetime.datetime | None = None
    paused_s: float = 0.0

    @property
    def is_paused(self) -> bool:
        return self.paused_since is not None

    def due(self) -> DueTime | None:
        """When the hours have passed; None while the clock is paused, since that depends on when it goes on.

        A clock that was paused when they had passed keeps its due time: a pause hides no delay.
        """
        due = self._due_but_for_this_pause()
        return None if self.paused_since is not None and self.paused_since < due.at else due

    def pause(self, at: datetime.datetime) -> Clock:
        """Stop the clock; one that is paused stays paused since before."""
        return self if self.is_paused else replace(self, paused_since=max(at, self.started_at))

    def resume(self, at: datetime.datetime) -> Clock:
        """Let the clock go on, and the due time be later by the business time of the pause.

        A pause that began when the hours had passed moves nothing. One that ends before it began, because a
        computer's clock was set back, has no length.
        """
        if self.paused_since is None:
            return self
        passed = datetime.timedelta()
        if self.paused_since < self._due_but_for_this_pause().at:
            passed = business_time_between(self.paused_since, at, self.country)
        return replace(self, paused_since=None, paused_s=self.paused_s + passed.total_seconds())

    def is_in_time(self, at: datetime.datetime) -> bool:
        """Whether a decision at this moment keeps the hours; while paused, whether the pause began within them."""
        return (at if self.paused_since is None else min(at, self.paused_since)) <= self._due_but_for_this_pause().at

    def _due_but_for_this_pause(self) -> DueTime:
        budget = datetime.timedelta(hours=self.hours, seconds=self.paused_s)
        return due_after(self.started_at, budget, self.country)
