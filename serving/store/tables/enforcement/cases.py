"""Takedown cases, what each is about, and every move of each."""

from __future__ import annotations

import datetime

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.store.tables.base import Table, UtcTime

# Cases that wait for their first decision. One expression, which a query repeats to the letter: SQLite then uses the
# partial index, and not that of the state, whose column is hidden in it.
UNDECIDED = "decided_at IS NULL AND (state || '') IN ('received', 'in_review')"


class CaseListingRow(Table):
    """One listing of a case. `check_id` stays when its check is deleted, with the check's outcome at the opening.

    `seller_id`, `listing_id` and `url` are null once the seller was erased, and `removed_at` is when the listing was
    taken down, null while it is not.
    """

    __tablename__ = "case_listings"
    __table_args__ = (
        Index(None, "seller_id", "case_id"),
        Index(None, "check_id"),
        Index(None, "listing_id", "case_id"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    listing_id: Mapped[str | None] = mapped_column(String(200))
    seller_id: Mapped[str | None] = mapped_column(String(200))
    url: Mapped[str | None] = mapped_column(Text)
    check_id: Mapped[str | None] = mapped_column(String(36))
    check_outcome: Mapped[str | None] = mapped_column(String(20))
    check_authenticity: Mapped[float | None] = mapped_column(Float)
    value_amount: Mapped[float | None] = mapped_column(Float)
    value_currency: Mapped[str | None] = mapped_column(String(3))
    removed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)

    @property
    def shown_name(self) -> str:
        """What the listing is called: its id, else its address, else its check; empty once the seller was erased."""
        return self.listing_id or self.url or self.check_id or ""


class CaseMoveRow(Table):
    """One move of a case, in the order of `sequence`: its time may be equal to the one before, and is never earlier.

    `from_state` is null for the opening, and equal to `to_state` where the clock was paused or went on. `actor_name` is
    whose records it is in (the name of a Principal). `due_at` is that of the case after the move.
    """

    __tablename__ = "case_moves"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str] = mapped_column(String(64))
    actor_member_id: Mapped[str | None] = mapped_column(String(36))
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    key_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))


class CaseRow(Table):
    """One case. `version` is the sequence of its last move; who changes the case says which one was seen.

    `member_id` is the member that notified, null for the operator's own finding. `origin_key` names what opened it, so
    that it is opened once. `due_at` is when the first decision is due, null while the clock is paused; `paused_s` is
    the business time of the pauses that ended, in seconds. `decided_at` is the first decision, and stays when a later
    one takes it back.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("origin_key"),
        Index(None, "product", "case_id"),
        Index(None, "member_id", "case_id"),
        Index(None, "state", "case_id"),
        Index("ix_cases_due", "due_at", "case_id", sqlite_where=text(UNDECIDED), postgresql_where=text(UNDECIDED)),
        Index(None, "created_at", "case_id"),
        # The service level reads these two alone.
        Index("ix_cases_service_by_member", "member_id", "country", "created_at", "decided_in_time"),
        Index("ix_cases_service_by_time", "created_at", "decided_in_time"),
        # Counting reads this index alone.
        Index(
            "ix_cases_counts",
            "product",
            "state",
            "country",
            "opened_by",
            "member_id",
            "fast_track",
            "due_at",
            "paused_since",
            "decided_at",
            "created_at",
            "case_id",
        ),
    )

    case_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # sorts by time: see sortable_id.py
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    member_id: Mapped[str | None] = mapped_column(String(36))
    opened_by: Mapped[str] = mapped_column(String(20))
    rule_id: Mapped[str | None] = mapped_column(String(36))
    origin_key: Mapped[str | None] = mapped_column(String(200))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(200))
    ground: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    jurisdiction: Mapped[str] = mapped_column(String(10))
    statement: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    fast_track: Mapped[bool]
    due_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    due_calendar: Mapped[str | None] = mapped_column(String(80))
    paused_since: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    paused_s: Mapped[float] = mapped_column(Float)
    decided_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    decided_in_time: Mapped[bool | None]
    closed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)

    listings: Mapped[list[CaseListingRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="CaseListingRow.position"
    )
    moves: Mapped[list[CaseMoveRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="CaseMoveRow.sequence"
    )
