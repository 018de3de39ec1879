"""The tables of the store: checks with photos, reviews and what a shadow said, retry keys, and changes of bundles."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Float, ForeignKey, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime.datetime]):
    """An aware time, stored as UTC: SQLite keeps no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        return None if value is None else value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        return None if value is None else value.replace(tzinfo=datetime.UTC)


class Table(DeclarativeBase):
    """Names every index and constraint, so that a migration can change it on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CheckRow(Table):
    """One check: `answer` is the JSON exactly as it was answered; the other columns find it."""

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


class PhotoRow(Table):
    """One photo of a check. Its bytes lie in the photo store under `sha256`, shared with every row that names it."""

    __tablename__ = "photos"

    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    kept: Mapped[bool]  # False: the bytes were no readable photo, so they were not stored
    # The evidence grid is some hundred bytes: beside the record it is written and deleted in the same transaction.
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReviewRow(Table):
    """One human decision; all are kept, the latest counts."""

    __tablename__ = "reviews"

    review_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), index=True)
    decision: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)


class IdempotencyRow(Table):
    """The check that an Idempotency-Key stands for; written in the same transaction as the check itself."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)


class BundleChangeRow(Table):
    """One change of what serves under a bundle's name; `state` is what came of it, so the latest row is the state."""

    __tablename__ = "bundle_changes"
    __table_args__ = (Index(None, "name", "change_id"),)

    change_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(20))
    caller: Mapped[str] = mapped_column(String(64))
    changed_by: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)


class ShadowVerdictRow(Table):
    """What a shadow bundle said of a check, beside what was answered: counting them needs no other table."""

    __tablename__ = "shadow_verdicts"
    __table_args__ = (Index(None, "active_sha256", "shadow_sha256", "product", "active_outcome", "shadow_outcome"),)

    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), primary_key=True)
    shadow_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    active_sha256: Mapped[str] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(200))
    active_outcome: Mapped[str] = mapped_column(String(20))
    shadow_outcome: Mapped[str] = mapped_column(String(20))
    active_authenticity: Mapped[float | None] = mapped_column(Float)
    shadow_authenticity: Mapped[float | None] = mapped_column(Float)
