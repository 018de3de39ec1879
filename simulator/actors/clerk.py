"""The operator's clerk: has records evaluated for fast track each morning, and publishes each quarter's figures."""

from __future__ import annotations

import datetime

from simulator.actors.world import World
from simulator.truth.events import ReportPublished, StandingsEvaluated

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=5)
PUBLISHED_AFTER = 10 * DAY  # the end of a quarter


class Clerk:
    """Asks daily for the evaluation that a server with background tasks does by itself."""

    def __init__(self, world: World) -> None:
        self._world = world

    def start(self) -> None:
        """Put the first morning on the agenda."""
        self._world.agenda.every(DAY, self._work, first=self._world.settings.start + HOUR)

    async def _work(self) -> None:
        now = self._world.agenda.now
        await self._world.operator.post("/v1/fast-track/evaluations")
        self._world.ledger.add(StandingsEvaluated(at=now))
        begun = (now - PUBLISHED_AFTER).date()
        if begun.day == 1 and begun.month % 3 == 1:
            await self._publish(begun - DAY)

    async def _publish(self, last_day: datetime.date) -> None:
        quarter = f"{last_day.year}-Q{(last_day.month + 2) // 3}"
        await self._world.operator.post(f"/v1/transparency/{quarter}/publish")
        self._world.ledger.add(ReportPublished(at=self._world.agenda.now, quarter=quarter))
