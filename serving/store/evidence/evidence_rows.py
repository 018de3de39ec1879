"""Reads the part of the audit log that belongs to some objects, and records that an evidence file was made."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from serving.audit_log.entry import SealedEntry, new_entry
from serving.principal import Principal
from serving.store.audit_rows import HEAD, append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.tables import AuditEntryRow, AuditHeadRow

MAX_ENTRIES: Final = 5000
AT_ONCE: Final = 200  # objects in one query


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AuditPartRows:
    """The entries about some objects, oldest first and without what names people, and the chain's hashes after them.

    `hashes` are those of the entries from number `first` to `head`, at most the last `max_hashes` of them.
    """

    entries: tuple[SealedEntry, ...]
    first: int
    hashes: tuple[str, ...]
    head: int
    head_hash: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MadeEvidence:
    """A file that was made: of what, in which format, and the SHA-256 of all its bytes."""

    kind: str
    id: str
    format: str
    sha256: str
    product: str | None
    check_id: str | None


class EvidenceRows:
    """What evidence files read and record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audit_part(
        self, principal: Principal, objects: Sequence[tuple[str, str]], max_hashes: int
    ) -> AuditPartRows | None:
        """Give the entries about objects (kind, id) as far as the caller sees them; None where there are none."""
        return await self._database.read(lambda session: _audit_part(session, principal, objects, max_hashes))

    async def record(self, principal: Principal, made: MadeEvidence) -> None:
        """Record in the audit log, and as an event, that a file was made."""
        details = {"format": made.format, "sha256": made.sha256}
        entry = new_entry(principal, "evidence.exported", made.kind, made.id, details)
        event = NewEvent(
            type="evidence.exported",
            data={"kind": made.kind, "id": made.id, **details},
            product=made.product,
            member_id=principal.member_id if made.product is None else None,
            check_id=made.check_id,
        )

        def work(session: Session) -> None:
            add_event(session, event)
            append_entry(session, entry)

        await self._database.write(work)


def _audit_part(
    session: Session, principal: Principal, objects: Sequence[tuple[str, str]], max_hashes: int
) -> AuditPartRows | None:
    found = sorted(_entries(session, principal, objects), key=lambda entry: entry.sequence)[-MAX_ENTRIES:]
    head = session.get(AuditHeadRow, HEAD)
    if not found or head is None:
        return None
    first = max(found[0].sequence, head.sequence - max_hashes + 1)
    between = AuditEntryRow.sequence.between(first, head.sequence)
    hashes = session.scalars(select(AuditEntryRow.hash).where(between).order_by(AuditEntryRow.sequence))
    return AuditPartRows(
        entries=tuple(found), first=first, hashes=tuple(hashes), head=head.sequence, head_hash=head.hash
    )


def _entries(session: Session, principal: Principal, objects: Sequence[tuple[str, str]]) -> Iterator[SealedEntry]:
    for start in range(0, len(objects), AT_ONCE):
        some = list(objects[start : start + AT_ONCE])
        query = select(AuditEntryRow).where(tuple_(AuditEntryRow.object_kind, AuditEntryRow.object_id).in_(some))
        if principal.member_id is not None:
            query = query.where(AuditEntryRow.member_id == principal.member_id)
        for row in session.scalars(query.order_by(AuditEntryRow.sequence.desc()).limit(MAX_ENTRIES)):
            yield SealedEntry(sequence=row.sequence, content=row.content, hash=row.hash, private=None)
