"""Work that follows events: for each event once, after it was committed, and outside the request that it came of.

A follower takes the events since its cursor, works, and moves the cursor in the transaction that stores the work. A
server that is killed in between has stored neither, so the next one does the work again, and none is lost or doubled.
Where two servers work on the same events, as after a lease that ran out, the second to store finds the cursor moved
and stores nothing. Events are not deleted before every follower has passed them (`EventRows.delete_before`).
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import secrets
import socket
from collections.abc import Collection, Mapping, Sequence

from pydantic import JsonValue
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from serving.schemas.events import EventType
from serving.store.database.database import Database
from serving.store.events.event_rows import EventRows, last_number
from serving.store.tables import EventFollowerRow, EventRow

READ_AT_ONCE = 5000  # numbers looked through for events of the wanted types


class FollowedElsewhere(Exception):
    """Another server has done this work meanwhile: nothing of the transaction may be stored."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FollowedEvent:
    """An event as it was stored, whoever may see it; `data` lacks what is read from the check, which may be deleted."""

    sequence: int
    event_id: str
    type: EventType
    product: str | None
    member_id: str | None
    check_id: str | None
    data: Mapping[str, JsonValue]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The events of the wanted types with numbers above `after` and up to `to`, in order; there may be none."""

    follower: str
    after: int
    to: int
    events: Sequence[FollowedEvent]


class FollowerRows:
    """The cursors of followers, as one server uses them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._event_rows = EventRows(database)
        self._server = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"

    async def take(
        self,
        follower: str,
        limit: int,
        types: Collection[EventType],
        *,
        lease_s: float = 60.0,
        from_first: bool = True,
    ) -> Taken | None:
        """Give at most `limit` events that are not done yet, None where there are none or another server does them.

        The lease is renewed by each call. A new follower begins with the first event that is kept, or, where
        `from_first` is false, with the first one after this call.
        """
        await self._event_rows.number()
        if not await self._database.read(lambda session: _is_behind(session, follower)):
            return None
        now = await self._database.now()
        until = now + datetime.timedelta(seconds=lease_s)

        def claim(session: Session) -> int | None:
            row = session.get(EventFollowerRow, follower, with_for_update=True)
            if row is None:
                row = EventFollowerRow(name=follower, after=0 if from_first else last_number(session))
                session.add(row)
            elif row.lease_owner != self._server and row.lease_until is not None and row.lease_until > now:
                return None
            row.lease_owner, row.lease_until = self._server, until
            return row.after

        after = await self._database.write(claim)
        return None if after is None else await self._database.read(lambda s: _find(s, follower, after, limit, types))

    async def skip(self, taken: Taken) -> None:
        """Move the cursor behind events that ask for no work; raises FollowedElsewhere."""
        await self._database.write(lambda session: advance(session, taken))

    async def release(self, follower: str) -> None:
        """End this server's lease, so that another may go on at once."""
        held = (EventFollowerRow.name == follower) & (EventFollowerRow.lease_owner == self._server)
        released = update(EventFollowerRow).where(held).values(lease_owner=None, lease_until=None)
        await self._database.write_rows([(released, {})])

    async def forget(self, follower: str) -> None:
        """Remove a follower that will not come back, so that it holds up the deletion of events no longer."""
        gone = delete(EventFollowerRow).where(EventFollowerRow.name == follower)
        await self._database.write_rows([(gone, {})])

    async def find_behind(self, before: datetime.datetime) -> list[str]:
        """Give the names of followers that have not done all events from before a moment, which are kept for them."""
        start = await self._event_rows.find_start(before)

        def work(session: Session) -> list[str]:
            behind = select(EventFollowerRow.name).where(EventFollowerRow.after < start)
            return list(session.scalars(behind.order_by(EventFollowerRow.name)))

        return await self._database.read(work)


def advance(session: Session, taken: Taken) -> None:
    """Move the cursor in the transaction that stores the work; raises FollowedElsewhere where that is done already."""
    row = session.get(EventFollowerRow, taken.follower, with_for_update=True)
    if row is None or row.after != taken.after:
        raise FollowedElsewhere(f"events after {taken.after} are done for {taken.follower}")
    row.after = taken.to


def _is_behind(session: Session, follower: str) -> bool:
    after = session.scalar(select(EventFollowerRow.after).where(EventFollowerRow.name == follower))
    return after is None or after < last_number(session)


def _find(session: Session, follower: str, after: int, limit: int, types: Collection[str]) -> Taken:
    end = min(after + READ_AT_ONCE, last_number(session))
    wanted = select(EventRow).where(EventRow.sequence > after, EventRow.sequence <= end, EventRow.type.in_(types))
    rows = session.scalars(wanted.order_by(EventRow.sequence).limit(limit)).all()
    events = [_event_of(row) for row in rows]
    return Taken(follower=follower, after=after, to=events[-1].sequence if len(events) == limit else end, events=events)


def _event_of(row: EventRow) -> FollowedEvent:
    return FollowedEvent(
        sequence=row.sequence or 0,
        event_id=row.event_id,
        type=row.type,  # type: ignore[arg-type]  # EventType, which the table keeps as text
        product=row.product,
        member_id=row.member_id,
        check_id=row.check_id,
        data={} if row.data is None else json.loads(row.data),
    )
