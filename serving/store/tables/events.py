"""Events, each written in the transaction of what happened, and how far each follower of them is."""

from __future__ import annotations

import datetime

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class EventRow(Table):
    """One event. `event_id` begins with `evt_` and holds the time; that of a check is `evt_` and the id of the check.

    `sequence` is null until the event is numbered, after it was committed. Where `check_id` is set, what `data` lacks
    is read from the check, so the row of a check has no data at all and nothing of a deleted check remains.
    """

    __tablename__ = "events"
    __table_args__ = (Index(None, "sequence", "event_id"),)

    event_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(40))
    product: Mapped[str | None] = mapped_column(String(200))
    member_id: Mapped[str | None] = mapped_column(String(64))
    check_id: Mapped[str | None] = mapped_column(String(36))
    data: Mapped[str | None] = mapped_column(Text)


class EventNumberRow(Table):
    """The number of the last numbered event, in one row: it outlives the events, and of two servers one waits."""

    __tablename__ = "event_numbers"

    number_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)


class EventFollowerRow(Table):
    """How far work that follows events is: it is done for every event with a number up to `after`.

    One server at a time does it, the one that holds the lease.
    """

    __tablename__ = "event_followers"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    after: Mapped[int] = mapped_column(BigInteger)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
