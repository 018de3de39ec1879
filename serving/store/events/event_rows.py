"""The rows of events: added with what happened, numbered after the commit, and read page by page.

Transactions commit in another order than they began in, so a cursor over a key that is taken while they run would pass
over those that commit late. An event therefore gets its number after it was committed, by one transaction at a time:
who has read number n has seen every event with a smaller one.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, true, update
from sqlalchemy.orm import Session

from serving.errors import CursorInvalid
from serving.principal import Principal
from serving.schemas.events import Event, EventType
from serving.store.database.database import Database
from serving.store.events.event_data import EVENT_PREFIX, MAX_BODY_BYTES, OF_SEVERAL_PRODUCTS, CheckFacts, event_of
from serving.store.sortable_id import first_id_at, new_id
from serving.store.tables import CheckRow, EventFollowerRow, EventNumberRow, EventRow

NUMBERED_AT_ONCE = 1000
READ_AT_ONCE = 20_000  # so that a page takes the same time where few of the events are the caller's
DELETED_AT_ONCE = 5000
MAX_DATA_BYTES = MAX_BODY_BYTES // 2  # the rest is for the check's ids
# What an event gives of its check, after the event in a row that `found_event` reads.
CHECK_FACTS = (CheckRow.answer, CheckRow.listing_id, CheckRow.seller_id, CheckRow.product, CheckRow.outcome)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that is being stored. A member sees it by `product`, or by `member_id` where it is about its own things.

    Where `products` is set, members see it by any of them, each with its own products alone.
    """

    type: EventType
    data: Mapping[str, object]
    product: str | None = None
    products: Sequence[str] = ()
    member_id: str | None = None
    check_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventsFound:
    """Events in order; `after` is the number up to which all were looked through, of `last` that there are."""

    events: list[Event]
    after: int
    last: int


def add_event(session: Session, new: NewEvent) -> str:
    """Add an event to a transaction that writes what happened; gives its id."""
    size = len(_json(new.data).encode())
    if size > MAX_DATA_BYTES:
        raise ValueError(f"data of {new.type} has {size} bytes, more than {MAX_DATA_BYTES}")
    row = EventRow(
        event_id=EVENT_PREFIX + new_id(),
        type=new.type,
        product=new.product,
        member_id=new.member_id,
        check_id=new.check_id,
        data=_json({**new.data, "products": sorted(new.products)} if new.products else new.data),
    )
    session.add(row)
    return row.event_id


class EventRows:
    """The rows of events. Nobody needs their numbers until somebody reads, so who reads numbers them first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self) -> None:
        """Number the events that were committed without one."""
        if await self._database.read(_has_unnumbered):
            while await self._database.write(_number_some) == NUMBERED_AT_ONCE:
                pass

    async def find_page(
        self, principal: Principal, *, after: int, limit: int, types: Collection[str] = ()
    ) -> EventsFound:
        """Give at most `limit` events that the caller may see, with numbers above `after`; raises CursorInvalid."""

        def work(session: Session) -> EventsFound:
            last = last_number(session)
            if after > last:
                raise CursorInvalid("cursor: not one of this server; send next_cursor of the page before, unchanged")
            first = session.scalar(select(func.min(EventRow.sequence)))
            start = max(after, (last if first is None else first - 1))
            end = min(start + READ_AT_ONCE, last)
            query = with_checks().where(EventRow.sequence > start, EventRow.sequence <= end, visible_to(principal))
            if types:
                query = query.where(EventRow.type.in_(types))
            rows = session.execute(query.order_by(EventRow.sequence).limit(limit)).all()
            if len(rows) == limit and rows[-1][0].sequence is not None:
                end = rows[-1][0].sequence
            events = [event for row in rows if (event := found_event(row, principal)) is not None]
            return EventsFound(events=events, after=end, last=last)

        return await self._database.read(work)

    async def find_start(self, since: datetime.datetime) -> int:
        """Give a number below which there is no event of this time or later."""

        def work(session: Session) -> int:
            near = select(EventRow.sequence).where(EventRow.event_id >= EVENT_PREFIX + first_id_at(since))
            near = near.where(EventRow.sequence.is_not(None)).order_by(EventRow.event_id).limit(NUMBERED_AT_ONCE)
            first = session.scalar(select(func.min(near.subquery().c.sequence)))
            return last_number(session) if first is None else first - 1

        return await self._database.read(work)

    async def delete_before(self, moment: datetime.datetime) -> int:
        """Delete the events that happened before a moment and that every follower has passed; gives how many."""

        def work(session: Session) -> int:
            old = EventRow.event_id < EVENT_PREFIX + first_id_at(moment)
            passed = session.scalar(select(func.min(EventFollowerRow.after)))
            if passed is not None:
                old &= EventRow.sequence <= passed  # one without a number was passed by none
            first = select(EventRow.event_id).where(old).order_by(EventRow.event_id).limit(DELETED_AT_ONCE)
            found = session.scalars(first).all()
            if found:
                session.execute(delete(EventRow).where(EventRow.event_id <= found[-1], old))
            return len(found)

        deleted = 0
        while some := await self._database.write(work):
            deleted += some
        return deleted


def with_checks() -> Select[EventRow, str, str | None, str | None, str, str]:
    """Select events, each with what it gives of its check; `found_event` reads a row."""
    return select(EventRow, *CHECK_FACTS).outerjoin(CheckRow, CheckRow.check_id == EventRow.check_id)


def found_event(row: Any, principal: Principal) -> Event | None:
    """Give the event of a row of `with_checks` as a caller sees it, None where it is not for the caller."""
    event, answer, listing_id, seller_id, product, outcome = row
    if answer is None:
        return event_of(event, None, principal)
    facts = CheckFacts(answer=answer, listing_id=listing_id, seller_id=seller_id, product=product, outcome=outcome)
    return event_of(event, facts, principal)


def visible_to(principal: Principal) -> ColumnElement[bool]:
    """Match the events that a caller may see; of those of several products `found_event` leaves out the others'."""
    if principal.products is None:
        return true()
    of_several = EventRow.product.is_(None) & EventRow.member_id.is_(None) & (EventRow.type.in_(OF_SEVERAL_PRODUCTS))
    own = EventRow.member_id == principal.member_id
    return or_(EventRow.product.in_(sorted(principal.products)), own, of_several)


def _json(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _has_unnumbered(session: Session) -> bool:
    return session.scalar(select(EventRow.event_id).where(EventRow.sequence.is_(None)).limit(1)) is not None


def last_number(session: Session) -> int:
    """Give the number of the last numbered event, 0 where there is none."""
    return session.scalars(select(EventNumberRow.last)).one()


def number_all(session: Session) -> None:
    """Number every event that has no number yet, also those of this transaction that were flushed."""
    while _number_some(session) == NUMBERED_AT_ONCE:
        pass


def _number_some(session: Session) -> int:
    """Number the oldest without a number; the lock on the last number lets one transaction do so at a time."""
    last = session.scalars(select(EventNumberRow.last).with_for_update()).one()
    found = session.scalars(
        select(EventRow.event_id)
        .where(EventRow.sequence.is_(None))
        .order_by(EventRow.sequence, EventRow.event_id)  # the index's order: PostgreSQL does not see that one is none
        .limit(NUMBERED_AT_ONCE)
    ).all()
    if found:
        numbered = [{"event_id": event_id, "sequence": last + place} for place, event_id in enumerate(found, start=1)]
        session.execute(update(EventRow), numbered)
        session.execute(update(EventNumberRow).values(last=last + len(found)))
    return len(found)
