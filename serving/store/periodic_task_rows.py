"""Periodic tasks of which each is done by one server at a time, whichever comes first."""

from __future__ import annotations

import datetime
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from serving.store.database.database import Database
from serving.store.tables import PeriodicTaskRow

PeriodicTask = Literal["delete_events", "delete_expired", "remove_orphans", "evaluate_fast_track"]


class PeriodicTaskRows:
    """When each task was last begun. A store that no other server uses has none: its server does them all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_shared(self) -> bool:
        """Whether other servers may do the tasks as well."""
        return self._database.is_shared

    async def claim(self, task: PeriodicTask, every: datetime.timedelta, now: datetime.datetime) -> bool:
        """Whether the task is due and the caller's to do: nobody has begun it within this time."""
        if not self._database.is_shared:
            return True

        def work(session: Session) -> bool:
            row = session.get(PeriodicTaskRow, task)
            if row is None:
                session.add(PeriodicTaskRow(name=task, started_at=now))
                return True
            if abs(now - row.started_at) < every:  # one far ahead was written by a clock that was wrong
                return False
            row.started_at = now
            return True

        return await self._database.write(work)

    async def give_back(self, task: PeriodicTask) -> None:
        """Let the task be due again, after a failure."""
        if not self._database.is_shared:
            return

        def work(session: Session) -> None:
            session.execute(delete(PeriodicTaskRow).where(PeriodicTaskRow.name == task))

        await self._database.write(work)
