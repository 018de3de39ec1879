"""Simulated time: what happens next, and a clock that jumps from one thing to the next."""

from __future__ import annotations

import datetime
import heapq
import itertools
from collections.abc import Awaitable, Callable

Action = Callable[[], Awaitable[None]]


class Agenda:
    """Actions by the time at which they are due; two of the same time run in the order in which they were added."""

    def __init__(self, start: datetime.datetime) -> None:
        self.now = start
        self._entries: list[tuple[datetime.datetime, int, Action]] = []
        self._numbers = itertools.count()

    def read_clock(self) -> datetime.datetime:
        """Give the simulated time, for `serving.clock.time_from`."""
        return self.now

    def at(self, moment: datetime.datetime, action: Action) -> None:
        """Add an action; one whose time has passed is due at once."""
        heapq.heappush(self._entries, (max(moment, self.now), next(self._numbers), action))

    def every(self, period: datetime.timedelta, action: Action, *, first: datetime.datetime) -> None:
        """Add an action that is due again and again."""

        async def act_and_add_next(moment: datetime.datetime = first) -> None:
            await action()
            self.every(period, action, first=moment + period)

        self.at(first, act_and_add_next)

    async def run_until(self, end: datetime.datetime) -> None:
        """Run what is due before `end`, each at its time, then set the clock to `end`; the rest stays."""
        while self._entries and self._entries[0][0] < end:
            self.now, _, action = heapq.heappop(self._entries)
            await action()
        self.now = end
