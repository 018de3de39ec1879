"""API keys, as hashes."""

from __future__ import annotations

import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class ApiKeyRow(Table):
    """A key of a member, or where `member_id` is null of the operator. Its secret is nowhere: only the SHA-256 is kept.

    `lineage` is the id of the first key of its rotations: what a key did is remembered under it, such as
    Idempotency-Keys. `replaced_by` is the key that a rotation made of this one.
    """

    __tablename__ = "api_keys"

    key_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    lineage: Mapped[str] = mapped_column(String(16), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.member_id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_used_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    replaced_by: Mapped[str | None] = mapped_column(String(16))
