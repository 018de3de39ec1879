"""A program of the operator's that reads the server's events, as one does that receives no webhooks."""

from __future__ import annotations

import datetime

from simulator.actors.world import World
from simulator.truth.events import EventsRead
from simulator.truth.server_events import read_event

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=4)


class EventReader:
    """Reads once a day from where it stopped, before the server deletes what is old."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last: int | None = None  # number of the last event that it has

    def start(self) -> None:
        """Put the first reading on the agenda."""
        self._world.agenda.every(DAY, self._read, first=self._world.settings.start + HOUR)

    async def _read(self) -> None:
        found = [read_event(event) for event in await self._world.operator.events(cursor=self._last)]
        self._last = found[-1].sequence if found else self._last
        self._world.ledger.add(EventsRead(at=self._world.agenda.now, events=tuple(found)))
