"""Deliveries of events to endpoints, and each attempt at one."""

from __future__ import annotations

import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime

LARGE_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself in an INTEGER alone


class WebhookDeliveryRow(Table):
    """One event for one endpoint; `state` is `waiting`, `delivered` or `failed`, and `due_at` null but for `waiting`.

    `attempts` counts those since it was written or replayed.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(None, "endpoint_id", "due_at"),
        Index(None, "endpoint_id", "state", "sequence"),
        Index(None, "endpoint_id", "sequence"),
    )

    delivery_id: Mapped[int] = mapped_column(LARGE_ID, primary_key=True, autoincrement=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoints.endpoint_id", ondelete="CASCADE"))
    event_id: Mapped[str] = mapped_column(String(40))
    sequence: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    due_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class WebhookAttemptRow(Table):
    """One attempt: when, how long, the HTTP status (null where none came), our code, and the answer's first bytes."""

    __tablename__ = "webhook_attempts"

    attempt_id: Mapped[int] = mapped_column(LARGE_ID, primary_key=True, autoincrement=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_deliveries.delivery_id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
    duration_ms: Mapped[int]
    status: Mapped[int | None]
    code: Mapped[str] = mapped_column(String(40))
    answer: Mapped[str] = mapped_column(Text)
