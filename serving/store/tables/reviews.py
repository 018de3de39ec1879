"""The decisions of reviewers, and which of them were withdrawn."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class ReviewRow(Table):
    """One reviewer's decision; all are kept, and the latest that was not withdrawn counts.

    The Idempotency-Key is kept with its review for as long as that exists: a browser that was closed over a holiday
    sends its decisions again when it opens.
    """

    __tablename__ = "reviews"

    review_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), index=True)
    decision: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    key_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
