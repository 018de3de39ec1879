"""Evaluates the records of members and rules: daily, on one server at a time, and when an operator asks."""

from __future__ import annotations

import asyncio
import datetime
import logging
from typing import Final

from serving.cases.fast_track import evaluate, record_start
from serving.clock import utc_now
from serving.errors import Unavailable
from serving.principal import SERVER, Principal
from serving.schemas.enforcement.standing import FastTrackEvaluated
from serving.store.cases.fast_track_rows import FastTrackRows
from serving.store.periodic_task_rows import PeriodicTaskRows

DAY: Final = datetime.timedelta(days=1)
PERIOD_S: Final = 900.0  # a server that has the task to do may have died
AT_ONCE: Final = 50
log = logging.getLogger("touchstone.serving")


class FastTrack:
    """Fast track in one store."""

    def __init__(self, rows: FastTrackRows, tasks: PeriodicTaskRows) -> None:
        self.rows = rows
        self._tasks = tasks

    async def evaluate_all(self, principal: Principal) -> FastTrackEvaluated:
        """Evaluate every record now. Done again, or after a kill, it changes only what is still to be changed."""
        now = utc_now()
        records = await self.rows.find_records(record_start(now), now)
        changed = 0
        for start in range(0, len(records), AT_ONCE):
            some = records[start : start + AT_ONCE]
            changed += await self.rows.evaluate(
                principal, some, lambda status, record: evaluate(status, record, now), now
            )
        return FastTrackEvaluated(evaluated=len(records), changed=changed)

    async def evaluate_daily(self, *, period_s: float = PERIOD_S) -> None:
        """Evaluate at start and then once a day, until cancelled; of several servers one does it."""
        done_at: datetime.datetime | None = None
        while True:
            now = utc_now()
            try:
                if (done_at is None or abs(now - done_at) >= DAY) and await self._evaluate_in_turn(now):
                    done_at = now
            except Unavailable as error:
                log.warning("the evaluation of fast track failed and is tried again: %s", error)
            except Exception:  # an error in one round, which the next may not have
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise  # while it was cancelled
                log.exception("the evaluation of fast track failed and is tried again")
            await asyncio.sleep(period_s)

    async def _evaluate_in_turn(self, now: datetime.datetime) -> bool:
        """Evaluate where it is this server's turn; gives whether it was."""
        async with self._tasks.turn("evaluate_fast_track", DAY, now) as is_due:
            if is_due:
                found = await self.evaluate_all(SERVER)
                if found.changed:
                    log.info("the standing of %d members and rules changed", found.changed)
        return is_due
