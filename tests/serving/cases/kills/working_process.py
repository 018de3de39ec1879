"""A process that opens, rejects and times out cases until it is killed, by a clock that runs a day in a moment."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from serving.cases.moving import WantedMove
from serving.cases.service import Cases
from serving.cases.timers import fire_due
from serving.clock import time_from
from serving.principal import SERVER
from tests.serving.builders.cases.new_cases import new_case
from tests.serving.builders.stores import opened

STEP = datetime.timedelta(days=2)
BEGIN = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)


def run(folder: Path, began_at: datetime.datetime, note: Path, steps: int) -> None:
    """Write the id of each case to `note` once its opening was answered."""
    asyncio.run(_work(folder, began_at, note, steps))


async def _work(folder: Path, began_at: datetime.datetime, note: Path, steps: int) -> None:
    now = began_at
    with time_from(lambda: now), note.open("a", encoding="utf-8", buffering=1) as notes:
        async with opened(folder) as store:
            cases = Cases(store.case_rows)
            for step in range(steps):
                made = await cases.open(SERVER, new_case())
                notes.write(f"{made.case_id}\n")
                if step % 2:
                    await cases.move(SERVER, made.case_id, WantedMove(to="rejected", reason="r"), version=1)
                now += STEP
                await fire_due(store.case_timer_rows, now)
