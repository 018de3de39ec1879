"""The audit log: entries that are only ever added, the end of their chain, and what an erasure may delete."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class AuditEntryRow(Table):
    """One entry: `content` is the JSON exactly as it was hashed; the other columns are for finding it.

    The migration adds triggers that refuse to change or delete a row.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "action", "sequence"),
        Index(None, "actor", "sequence"),
        Index(None, "member_id", "sequence"),
        Index(None, "object_kind", "object_id", "sequence"),
        Index(None, "created_at", "sequence"),
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    action: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(200))
    member_id: Mapped[str | None] = mapped_column(String(64))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200))
    content: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditPrivateRow(Table):
    """What an entry says of people; without it the entry still holds, since its content has only a salted hash."""

    __tablename__ = "audit_private"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
    salt: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class AuditHeadRow(Table):
    """The end of the chain, one row. Each new entry updates it, so that of two at once on PostgreSQL one waits."""

    __tablename__ = "audit_head"

    name: Mapped[str] = mapped_column(String(8), primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
