"""Checks, each as it was answered."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, Float, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.store.tables.base import Table, UtcTime
from serving.store.tables.photos import PhotoRow
from serving.store.tables.reviews import ReviewRow

# The checks that ask for a person and have no decision yet: no decision has one of these names. One expression, which a
# query repeats to the letter: SQLite then uses the partial indexes, and no other index for a part of it.
QUEUED_OUTCOMES = ("review", "unsupported")
QUEUED = "coalesce(decision, outcome) IN ('review', 'unsupported')"


class CheckRow(Table):
    """One check: `answer` is the JSON exactly as it was answered; the other columns are for finding it.

    `decision` is that of the latest review, null where there is none, and `uncertainty` that of the authenticity.
    """

    __tablename__ = "checks"
    __table_args__ = (
        Index(None, "listing_id", "check_id"),
        # Newest first within each value, so that a list sorted by one of them is read in order.
        Index("ix_checks_outcome_newest", "outcome", text("check_id DESC")),
        Index("ix_checks_product_newest", "product", text("check_id DESC")),
        Index("ix_checks_seller_id_newest", "seller_id", text("check_id DESC")),
        Index("ix_checks_decision_newest", "decision", text("check_id DESC")),
        Index(None, "created_at", "check_id"),
        Index(None, "outcome", "created_at", "check_id"),  # finds expired checks without passing those kept for longer
        Index(None, "uncertainty", "check_id"),
        Index("ix_checks_queue", "check_id", sqlite_where=text(QUEUED), postgresql_where=text(QUEUED)),
        Index(
            "ix_checks_queue_uncertainty",
            "uncertainty",
            "check_id",
            sqlite_where=text(QUEUED),
            postgresql_where=text(QUEUED),
        ),
        # Counting reads this index alone; a row with its answer has some kilobytes.
        Index(
            "ix_checks_counts", "product", "outcome", "decision", "seller_id", "uncertainty", "created_at", "check_id"
        ),
    )

    check_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # sorts by time: see sortable_id.py
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    member_id: Mapped[str | None] = mapped_column(String(36))  # who sent it; null: the operator
    listing_id: Mapped[str | None] = mapped_column(String(200))
    seller_id: Mapped[str | None] = mapped_column(String(200))
    product: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    authenticity: Mapped[float | None] = mapped_column(Float)
    uncertainty: Mapped[float | None] = mapped_column(Float)
    decision: Mapped[str | None] = mapped_column(String(20))
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
