"""A server's daily evaluation of fast track, a few records a transaction, until it is killed."""

from __future__ import annotations

import asyncio
import datetime

from serving.cases import standing_service
from serving.cases.standing_service import FastTrack
from serving.clock import time_from
from tests.serving.builders.stores import Place, opened


def run(place: Place, now: datetime.datetime) -> None:
    """Evaluate as a server does that starts now."""
    standing_service.AT_ONCE = 4  # type: ignore[misc]
    asyncio.run(_work(place, now))


async def _work(place: Place, now: datetime.datetime) -> None:
    with time_from(lambda: now):
        async with opened(place) as store:
            await FastTrack(store.fast_track_rows, store.periodic_task_rows).evaluate_daily(period_s=0.01)
