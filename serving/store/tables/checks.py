"""Checks, each as it was answered."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, Float, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.store.tables.base import Table, UtcTime
from serving.store.tables.photos import PhotoRow
from serving.store.tables.reviews import ReviewRow


class CheckRow(Table):
    """One check: `answer` is the JSON exactly as it was answered; the other columns are for finding it."""

    __tablename__ = "checks"
    __table_args__ = (
        Index(None, "listing_id", "check_id"),
        Index(None, "outcome", "check_id"),
        Index(None, "product", "check_id"),
    )

    check_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # sorts by time: see check_id.py
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
    listing_id: Mapped[str | None] = mapped_column(String(200))
    seller_id: Mapped[str | None] = mapped_column(String(200))
    product: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    authenticity: Mapped[float | None] = mapped_column(Float)
    bundle_sha256: Mapped[str] = mapped_column(String(64))
    views: Mapped[list[str | None] | None] = mapped_column(JSON)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSON)
    answer: Mapped[str] = mapped_column(Text)

    photos: Mapped[list[PhotoRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="PhotoRow.position"
    )
    reviews: Mapped[list[ReviewRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ReviewRow.review_id"
    )
