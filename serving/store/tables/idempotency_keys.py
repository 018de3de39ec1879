"""The Idempotency-Keys of the last 24 hours, and those in hand."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class IdempotencyRow(Table):
    """The check that an Idempotency-Key belongs to; written in the same transaction as the check itself."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)


class RunningKeyRow(Table):
    """A key whose check is being judged, where several servers share the database.

    It is free again at `expires_at`, in case its server died.
    """

    __tablename__ = "running_keys"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(36))
    expires_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
