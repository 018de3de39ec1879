"""What goes on around a case: its timers, notices to both sides, what the seller sent, and the rules that open."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.store.tables.base import Table, UtcTime
from serving.store.tables.enforcement.cases import CaseRow

# Timers that wait. One expression, which a query repeats to the letter, so that SQLite uses the partial index.
WAITING = "fired_at IS NULL AND cancelled_at IS NULL"


class CaseTimerRow(Table):
    """Something that is to happen to a case at a time: it ends as fired or as cancelled, and never as both."""

    __tablename__ = "case_timers"
    __table_args__ = (
        Index(
            "ix_case_timers_waiting", "fires_at", "timer_id", sqlite_where=text(WAITING), postgresql_where=text(WAITING)
        ),
    )

    timer_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    fires_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    fired_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)

    case: Mapped[CaseRow] = relationship(lazy="raise")  # so that a new case is written first


class CaseNoticeRow(Table):
    """What one side was informed of. A seller's notice has a link, of which only the SHA-256 of its token is kept.

    `recipient` is `notifier`, `holder` or `seller`. `positions` are the listings that a seller's notice is about, null
    for all of the case. `body` is emptied when the seller is erased.
    """

    __tablename__ = "case_notices"

    notice_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"), index=True)
    recipient: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    positions: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    opened_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)

    case: Mapped[CaseRow] = relationship(lazy="raise")  # as of a timer


class CaseEvidenceRow(Table):
    """What a seller sent against a notice: words, and photos that stand in `case_photos`."""

    __tablename__ = "case_evidence"

    evidence_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"), index=True)
    notice_id: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    text: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))


class CasePhotoRow(Table):
    """A photo that a seller sent against a notice; its bytes are in the photo storage, under their SHA-256."""

    __tablename__ = "case_photos"

    evidence_id: Mapped[str] = mapped_column(
        ForeignKey("case_evidence.evidence_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(40))


class CaseRuleRow(Table):
    """A rule by which checks open cases, for a member or where `member_id` is null as the operator's own finding."""

    __tablename__ = "case_rules"

    rule_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    member_id: Mapped[str | None] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    enabled: Mapped[bool] = mapped_column(Boolean)
