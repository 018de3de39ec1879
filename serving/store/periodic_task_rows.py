"""Periodic tasks of which each is done by one server at a time, whichever comes first."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import AsyncIterator
from typing import Final, Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from serving.errors import Unavailable
from serving.store.database.database import Database
from serving.store.tables import PeriodicTaskRow

PeriodicTask = Literal["delete_events", "delete_expired", "remove_orphans", "evaluate_fast_track"]
LEASE: Final = datetime.timedelta(minutes=30)  # after which a server that was killed has lost its task to another


class PeriodicTaskRows:
    """When each task was last begun and done. A store that no other server uses has none: its server does them all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def is_shared(self) -> bool:
        """Whether other servers may do the tasks as well."""
        return self._database.is_shared

    @contextlib.asynccontextmanager
    async def turn(self, task: PeriodicTask, every: datetime.timedelta, now: datetime.datetime) -> AsyncIterator[bool]:
        """Give whether the task is due and the caller's to do inside: nobody has done it within this time.

        Where it fails it is due again at once, and where the server is killed, after LEASE.
        """
        if not await self.claim(task, every, now):
            yield False
            return
        try:
            yield True
        except BaseException:
            with contextlib.suppress(Unavailable):
                await self.give_back(task)
            raise
        await self.finish(task, now)

    async def claim(self, task: PeriodicTask, every: datetime.timedelta, now: datetime.datetime) -> bool:
        """Whether the task is due and the caller's to do: nobody has done it within this time, or is doing it."""
        if not self._database.is_shared:
            return True

        lost_at = now - max(every - LEASE, datetime.timedelta())  # as if begun so early that it is due after the lease

        def work(session: Session) -> bool:
            row = session.get(PeriodicTaskRow, task)
            if row is None:
                session.add(PeriodicTaskRow(name=task, started_at=lost_at))
                return True
            if abs(now - row.started_at) < every:  # one far ahead was written by a clock that was wrong
                return False
            row.started_at = lost_at
            return True

        return await self._database.write(work)

    async def finish(self, task: PeriodicTask, started_at: datetime.datetime) -> None:
        """Note that the task was done: it is due again when its time has passed since its start."""
        if not self._database.is_shared:
            return

        def work(session: Session) -> None:
            session.merge(PeriodicTaskRow(name=task, started_at=started_at))

        await self._database.write(work)

    async def give_back(self, task: PeriodicTask) -> None:
        """Let the task be due again, after a failure."""
        if not self._database.is_shared:
            return

        def work(session: Session) -> None:
            session.execute(delete(PeriodicTaskRow).where(PeriodicTaskRow.name == task))

        await self._database.write(work)
