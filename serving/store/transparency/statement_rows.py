"""The rows of statements of reasons: made once for each decision, leased to be sent, and kept with what came of it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from typing import Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import StatementNotFound, StatementSent
from serving.principal import SERVER, Principal
from serving.schemas.enforcement.transparency import StatementState
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.sortable_id import new_id
from serving.store.tables import StatementRow
from serving.store.transparency.decided_listing import DecidedListing, listing_of, unexplained_listings

MAX_ANSWER = 2000  # characters kept of the database's answer
Outcome = Literal["sent", "refused", "later"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MadeStatement:
    """A statement as it is to be stored: its number in the database, and its JSON."""

    puid: str
    body: str


Make = Callable[[DecidedListing, str], MadeStatement]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredStatement:
    """A statement as it stands."""

    statement_id: str
    case_id: str
    position: int
    puid: str
    created_at: datetime.datetime
    body: str
    facts_added: str
    state: StatementState
    attempts: int
    due_at: datetime.datetime | None
    sent_at: datetime.datetime | None
    database_uuid: str | None
    status: int | None
    answer: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What came of sending a statement; `later` is tried again at `due_at`. `status` is None where none came."""

    statement_id: str
    outcome: Outcome
    status: int | None
    answer: str = ""
    database_uuid: str | None = None
    due_at: datetime.datetime | None = None


class StatementRows:
    """The rows of statements; they concern the marketplace, so only the operator's requests come here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(
        self, make: Make, now: datetime.datetime, limit: int, case_id: str | None = None, *, by_country: bool = False
    ) -> int:
        """Make at most `limit` statements that are missing, of all cases or of one; gives how many.

        A restriction of a listing has one, however often this is called; see `unexplained_listings`.
        """

        def missing(session: Session, limit: int) -> list[DecidedListing]:
            return unexplained_listings(session, limit, case_id, by_country=by_country)

        def work(session: Session) -> int:
            found = missing(session, limit)
            for listing in found:
                made = make(listing, "")
                session.add(
                    StatementRow(
                        statement_id=new_id(),
                        case_id=listing.case_id,
                        position=listing.position,
                        decision_sequence=listing.decision_sequence,
                        puid=made.puid,
                        created_at=now,
                        body=made.body,
                        facts_added="",
                        state="waiting",
                        attempts=0,
                        due_at=now,
                        answer="",
                    )
                )
            return len(found)

        if not await self._database.read(lambda session: bool(missing(session, 1))):
            return 0
        return await self._database.write(work)

    async def lease(self, now: datetime.datetime, until: datetime.datetime, limit: int) -> list[StoredStatement]:
        """Give statements that are due, oldest first, and keep them from other servers until a time."""

        def due(session: Session) -> list[StatementRow]:
            free = or_(StatementRow.leased_until.is_(None), StatementRow.leased_until <= now)
            query = select(StatementRow).where(StatementRow.state == "waiting", StatementRow.due_at <= now, free)
            return list(session.scalars(query.order_by(StatementRow.statement_id).limit(limit)))

        def work(session: Session) -> list[StoredStatement]:
            rows = due(session)
            for row in rows:
                row.leased_until = until
                row.attempts += 1
            return [_stored(row) for row in rows]

        if not await self._database.read(lambda session: bool(due(session))):
            return []
        return await self._database.write(work)

    async def record(self, results: Sequence[SendResult], now: datetime.datetime) -> None:
        """Record what came of sending; one that is sent already stays so."""

        def work(session: Session) -> None:
            sent = 0
            for result in results:
                row = session.get_one(StatementRow, result.statement_id)
                if row.state == "sent":
                    continue
                _set_result(row, result, now)
                sent += result.outcome == "sent"
                if result.outcome == "refused":
                    data = {"statement_id": row.statement_id, "case_id": row.case_id, "status": row.status}
                    add_event(session, NewEvent(type="statement.refused", data=data))
            if sent:
                append_entry(session, new_entry(SERVER, "statements.sent", "statements", "", {"statements": sent}))

        await self._database.write(work)

    async def rewrite(
        self, principal: Principal, statement_id: str, added: str, make: Make, now: datetime.datetime
    ) -> StoredStatement:
        """Make a statement anew with words of the operator on the facts, to be sent again.

        Raises StatementNotFound, StatementSent, and what `make` raises.
        """
        entry = new_entry(principal, "statement.changed", "statement", statement_id)

        def work(session: Session) -> StoredStatement:
            row = _get(session, principal, statement_id)
            is_in_hand = row.leased_until is not None and row.leased_until > now
            if row.state == "sent" or is_in_hand:
                raise StatementSent(
                    "the database has this statement, or is being sent it, and takes no change; note what is wrong in "
                    "it in the case"
                )
            listing = listing_of(session, row)
            if listing is None:
                raise StatementNotFound(f"the case of statement {statement_id} is gone, so it cannot be made anew")
            made = make(listing, added)
            row.body, row.facts_added, row.state, row.due_at = made.body, added, "waiting", now
            row.status, row.answer = None, ""
            append_entry(session, entry.with_details(case_id=row.case_id))
            return _stored(row)

        return await self._database.write(work)

    async def find(self, principal: Principal, statement_id: str) -> StoredStatement:
        """Give a statement; raises StatementNotFound."""
        return await self._database.read(lambda session: _stored(_get(session, principal, statement_id)))

    async def find_page(
        self, state: StatementState | None, limit: int, *, case_id: str | None = None, after: str | None = None
    ) -> list[StoredStatement]:
        """Give at most `limit` statements that follow the one with this id, oldest first."""

        def work(session: Session) -> list[StoredStatement]:
            query = select(StatementRow).order_by(StatementRow.statement_id).limit(limit)
            for column, value in ((StatementRow.state, state), (StatementRow.case_id, case_id)):
                query = query if value is None else query.where(column == value)
            query = query if after is None else query.where(StatementRow.statement_id > after)
            return [_stored(row) for row in session.scalars(query)]

        return await self._database.read(work)

    async def count(self) -> dict[str, int]:
        """Give how many statements are in each state."""

        def work(session: Session) -> dict[str, int]:
            query = select(StatementRow.state, func.count()).group_by(StatementRow.state)
            return {state: count for state, count in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy

        return await self._database.read(work)


def _get(session: Session, principal: Principal, statement_id: str) -> StatementRow:
    row = session.get(StatementRow, statement_id)
    if row is None or not principal.is_operator:
        raise StatementNotFound(f"no statement of reasons has the id {statement_id[:80]!r}")
    return row


def _set_result(row: StatementRow, result: SendResult, now: datetime.datetime) -> None:
    row.leased_until = None
    row.status, row.answer = result.status, result.answer[:MAX_ANSWER]
    if result.outcome == "later":
        row.due_at = result.due_at or now
        return
    row.state, row.due_at = result.outcome, None
    if result.outcome == "sent":
        row.sent_at, row.database_uuid = now, result.database_uuid


def _stored(row: StatementRow) -> StoredStatement:
    return StoredStatement(**{field.name: getattr(row, field.name) for field in dataclasses.fields(StoredStatement)})
