"""The rows of the audit log in the store: added in the transaction of what they record, and read."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Awaitable, Iterator
from typing import cast

from sqlalchemy import CursorResult, Engine, Select, delete, insert, select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import FIRST_PREVIOUS, Action, NewEntry, Private, SealedEntry, new_entry, seal
from serving.principal import SERVER, Principal
from serving.schemas.checks import utc_text
from serving.store.database.database import Database
from serving.store.tables import AuditEntryRow, AuditHeadRow, AuditPrivateRow

HEAD = "head"
READ_AT_ONCE = 500
_NO_OBJECTS = {"synchronize_session": False}  # none of the session's objects stands for the row


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the log: the number of its last entry, 0 where it has none, and that entry's hash."""

    sequence: int
    hash: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries a list has; None filters nothing. `since` is included and `until` is not."""

    action: Action | None = None
    actor: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


def append_entry(session: Session, entry: NewEntry) -> SealedEntry:
    """Add an entry in the transaction of what it records; call it in a function given to `Database.write`.

    The chain stays linear whatever else writes: the first entry of a transaction locks the end of the chain until the
    transaction ends.
    """
    head = session.info.get(HEAD) or _lock_head(session)
    head.sequence += 1
    sealed = seal(entry, head.sequence, head.hash)
    head.hash = sealed.hash
    session.add(
        AuditEntryRow(
            sequence=sealed.sequence,
            created_at=entry.created_at,
            action=entry.action,
            actor=entry.actor.name,
            member_id=entry.member_id,
            object_kind=entry.object_kind,
            object_id=entry.object_id,
            content=sealed.content,
            hash=sealed.hash,
        )
    )
    if sealed.private is not None:
        private = sealed.private
        session.add(
            AuditPrivateRow(
                sequence=sealed.sequence,
                created_at=entry.created_at,
                salt=private.salt,
                content=dict(private.values),
            )
        )
    return sealed


def _lock_head(session: Session) -> AuditHeadRow:
    """Give the end of the chain, and keep it for later entries of the transaction, whose session this is.

    It is changed before it is read, which locks its row on PostgreSQL, and the file on SQLite, where a read alone would
    begin no transaction.
    """
    lock = update(AuditHeadRow).where(AuditHeadRow.name == HEAD).values(sequence=AuditHeadRow.sequence)
    locked = session.execute(lock, execution_options=_NO_OBJECTS)
    if cast(CursorResult[tuple[()]], locked).rowcount == 0:
        session.execute(insert(AuditHeadRow).values(name=HEAD, sequence=0, hash=FIRST_PREVIOUS))
    head = session.get_one(AuditHeadRow, HEAD, populate_existing=True)
    session.info[HEAD] = head
    return head


class AuditRows:
    """The entries of the audit log. The operator sees all, a member its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entry: NewEntry) -> SealedEntry:
        """Add an entry of something that is stored nowhere else; it is on the disk when this returns."""
        return await self._database.write(lambda session: append_entry(session, entry))

    def find_head(self) -> Awaitable[Head]:
        """Give the end of the log."""

        def work(session: Session) -> Head:
            row = session.get(AuditHeadRow, HEAD)
            return Head(sequence=0, hash=FIRST_PREVIOUS) if row is None else Head(sequence=row.sequence, hash=row.hash)

        return self._database.read(work)

    def find_before(
        self, caller: Principal, wanted: AuditFilter, limit: int, before: int | None = None
    ) -> Awaitable[list[SealedEntry]]:
        """Give at most `limit` entries before a sequence number, newest first."""
        query = _matching(caller, wanted).order_by(AuditEntryRow.sequence.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditEntryRow.sequence < before)
        return self._database.read(lambda session: _found(session, caller, query))

    def find_after(self, caller: Principal, limit: int, after: int = 0) -> Awaitable[list[SealedEntry]]:
        """Give at most `limit` entries after a sequence number, oldest first."""
        return self._database.read(lambda session: read_after(session, caller, limit, after))

    async def delete_private_before(self, moment: datetime.datetime) -> int:
        """Delete what entries made before a moment say of people; gives of how many. The entries still hold."""

        entry = new_entry(SERVER, "private.expired", "audit_log", "private", {"before": utc_text(moment)})

        def work(session: Session) -> int:
            old = delete(AuditPrivateRow).where(AuditPrivateRow.created_at < moment)
            deleted = cast(CursorResult[tuple[()]], session.execute(old)).rowcount
            if deleted:
                append_entry(session, entry.with_details(entries=deleted))
            return deleted

        return await self._database.write(work)


def read_after(session: Session, caller: Principal, limit: int, after: int = 0) -> list[SealedEntry]:
    """Give at most `limit` entries after a sequence number, oldest first."""
    query = _matching(caller, AuditFilter()).where(AuditEntryRow.sequence > after)
    return _found(session, caller, query.order_by(AuditEntryRow.sequence).limit(limit))


def read_all(engine: Engine, after: int = 0) -> Iterator[SealedEntry]:
    """Give every entry after a sequence number, oldest first, read beside a running server in flat memory."""
    with Session(engine) as session:
        while page := read_after(session, SERVER, READ_AT_ONCE, after):
            yield from page
            after = page[-1].sequence
            session.expunge_all()


def _found(session: Session, caller: Principal, query: Select[AuditEntryRow, AuditPrivateRow]) -> list[SealedEntry]:
    return [_sealed(caller, row, private) for row, private in session.execute(query)]


def _matching(caller: Principal, wanted: AuditFilter) -> Select[AuditEntryRow, AuditPrivateRow]:
    query = select(AuditEntryRow, AuditPrivateRow).join(
        AuditPrivateRow, AuditPrivateRow.sequence == AuditEntryRow.sequence, isouter=True
    )
    if caller.member_id is not None:
        query = query.where(AuditEntryRow.member_id == caller.member_id)
    for column, value in (
        (AuditEntryRow.action, wanted.action),
        (AuditEntryRow.actor, wanted.actor),
        (AuditEntryRow.object_kind, wanted.object_kind),
        (AuditEntryRow.object_id, wanted.object_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntryRow.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntryRow.created_at < wanted.until)
    return query


def _sealed(caller: Principal, row: AuditEntryRow, private: AuditPrivateRow | None) -> SealedEntry:
    """Give an entry; what it says of the operator's people is not for members."""
    hidden = not caller.is_operator and json.loads(row.content)["actor"]["member_id"] != caller.member_id
    shown = None if private is None or hidden else Private(salt=private.salt, values=private.content)
    return SealedEntry(sequence=row.sequence, content=row.content, hash=row.hash, private=shown)
