"""How members stand as notifiers: fast track, misuse, and the legal status of a trusted flagger."""

from __future__ import annotations

import datetime

from sqlalchemy import Date, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class FastTrackRow(Table):
    """Where a member or a rule stands (`subject_kind` is `member` or `rule`), with the record of its last evaluation.

    `member_id` is the member, or that of the rule; null for a rule of the operator. `until` is when `out` ends.
    """

    __tablename__ = "fast_track"

    subject_kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    member_id: Mapped[str | None] = mapped_column(String(36), index=True)
    standing: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime.datetime] = mapped_column(UtcTime)
    until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    evaluated_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    decided: Mapped[int] = mapped_column(Integer)
    upheld: Mapped[int] = mapped_column(Integer)
    counter_notices_won: Mapped[int] = mapped_column(Integer)


class FastTrackChangeRow(Table):
    """A change of standing, with the record that led to it and the words in which the member was informed."""

    __tablename__ = "fast_track_changes"
    __table_args__ = (Index(None, "member_id", "change_id"),)

    change_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # sorts by time: see sortable_id.py
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    subject_kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(36))
    member_id: Mapped[str | None] = mapped_column(String(36))
    from_standing: Mapped[str] = mapped_column(String(10))
    to_standing: Mapped[str] = mapped_column(String(10))
    until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    reason_code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    decided: Mapped[int] = mapped_column(Integer)
    upheld: Mapped[int] = mapped_column(Integer)
    counter_notices_won: Mapped[int] = mapped_column(Integer)


class TrustedFlaggerRow(Table):
    """A member's status as a trusted flagger, as an authority gave it. `until` is null where no end is known."""

    __tablename__ = "trusted_flaggers"

    member_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    authority: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))  # that of the authority
    since: Mapped[datetime.date] = mapped_column(Date)
    until: Mapped[datetime.date | None] = mapped_column(Date)
    noted_at: Mapped[datetime.datetime] = mapped_column(UtcTime)


class MisuseStepRow(Table):
    """A step against misuse by a member (`warning`, `suspension`, `lifting`), with the figures and the reason given.

    `until` is when a suspension ends, `lifted_at` when the operator ended it before.
    """

    __tablename__ = "misuse_steps"
    __table_args__ = (UniqueConstraint("key_sha256"), Index(None, "member_id", "step_id"))

    step_id: Mapped[str] = mapped_column(String(36), primary_key=True)  # sorts by time: see sortable_id.py
    member_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    lifted_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    reason: Mapped[str] = mapped_column(Text)
    decided: Mapped[int] = mapped_column(Integer)
    unfounded: Mapped[int] = mapped_column(Integer)
    key_sha256: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
