"""Erasures of a seller's data."""

from __future__ import annotations

import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class ErasureRow(Table):
    """One erasure, and what it has deleted so far. `seller_id` is null once it is completed."""

    __tablename__ = "erasures"

    erasure_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seller_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    completed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    checks: Mapped[int]
    photos: Mapped[int]
    reviews: Mapped[int]
    job_lines: Mapped[int]
    entry_sequence: Mapped[int | None]  # of the audit entry of its end
