"""The lines of jobs, each one listing."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class JobLineRow(Table):
    """One line, and what became of it.

    The check of a line is written in the transaction that takes the line from `running` to `judged`, for one lease
    alone: so a line that two servers judge by accident is stored once.
    """

    __tablename__ = "job_lines"
    __table_args__ = (
        # Finds the next lines to judge, and counts a job without reading a line's content.
        Index(None, "job_id", "state", "outcome", "line"),
        Index(None, "job_id", "position", "ended_at"),  # results in order, and those without a place yet
        Index(None, "job_id", "ended_at"),
    )

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, as sent
    listing_id: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    lease: Mapped[str | None] = mapped_column(String(80))  # of the server that has the line in hand
    leased_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    attempts: Mapped[int]
    not_before: Mapped[datetime.datetime | None] = mapped_column(UtcTime)  # when a failed line is tried again
    outcome: Mapped[str | None] = mapped_column(String(20))
    check_id: Mapped[str | None] = mapped_column(ForeignKey("checks.check_id", ondelete="SET NULL"), index=True)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_message: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    # Place among the job's results, given after the end is committed: so nothing appears before a place already read.
    position: Mapped[int | None]
