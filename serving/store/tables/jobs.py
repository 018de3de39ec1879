"""Jobs: many listings that were sent at once, to be judged later."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class JobRow(Table):
    """One job; it runs when all of its lines are here.

    `kind` is `listings`, or `check` for one check to be judged later. `counts` are those at its end, so that a list of
    finished jobs counts no lines; null before.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "state", "member_id", "job_id"), Index(None, "kind", "member_id", "job_id"))

    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # sorts by time, as ids of checks do
    member_id: Mapped[str | None] = mapped_column(String(36))  # null: the operator's
    caller: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(20))
    lines: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    key_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    cancelled_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    completed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    counts: Mapped[dict[str, Any] | None] = mapped_column(JSON)
