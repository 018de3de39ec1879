"""A marketplace's duties: statements of reasons, complaints, notices to buyers, and published figures."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class StatementRow(Table):
    """A statement of reasons for one listing of one decision; it names nobody, and stays when its case is deleted.

    `state` is `waiting` (to be sent, or to be exported where nothing is sent), `sent`, or `refused` by the database,
    with its `status` and `answer`. `leased_until` is set while a server has it in hand. `puid` is the database's
    key, so that none is there twice.
    """

    __tablename__ = "statements_of_reasons"
    __table_args__ = (
        UniqueConstraint("puid"),
        UniqueConstraint("case_id", "position", "decision_sequence"),
        Index(None, "state", "due_at"),
        Index(None, "state", "statement_id"),
        Index(None, "created_at", "statement_id"),
    )

    statement_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(36))
    position: Mapped[int]
    decision_sequence: Mapped[int]
    puid: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    body: Mapped[str] = mapped_column(Text)
    facts_added: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    due_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    leased_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    sent_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    database_uuid: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[int | None]
    answer: Mapped[str] = mapped_column(Text)


class ComplaintRow(Table):
    """A complaint of one side against one decision (Digital Services Act, Art. 20).

    `state` is `open`, `confirmed` (the decision stays) or `reversed`. `decided_by` and the ids beside it are whose key
    decided. `notice_id` is the notice by whose link a seller complained, and empty for any other way. `text` and
    `reason` are emptied when the seller is erased.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("case_id", "side", "decision_sequence", "notice_id"),
        Index(None, "state", "complaint_id"),
        Index(None, "created_at", "complaint_id"),
    )

    complaint_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(String(10))
    decision_sequence: Mapped[int]
    notice_id: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_key_id: Mapped[str | None] = mapped_column(String(36))
    decided_user_id: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(Text)


class BuyersNoticeRow(Table):
    """That the buyers of a case's listings were informed (Art. 32), and how; it holds no buyer."""

    __tablename__ = "buyers_notices"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id", ondelete="CASCADE"), primary_key=True)
    recorded_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    way: Mapped[str] = mapped_column(String(12))
    buyers: Mapped[int | None]
    recorded_by: Mapped[str] = mapped_column(String(64))


class TransparencyReportRow(Table):
    """Figures of a quarter as they were published: a version is never changed, and a withdrawn one is not shown."""

    __tablename__ = "transparency_reports"

    quarter: Mapped[str] = mapped_column(String(7), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    computed_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    content: Mapped[str] = mapped_column(Text)
