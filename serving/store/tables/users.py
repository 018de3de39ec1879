"""Users: the people who hold keys."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class UserRow(Table):
    """A person who works for a member, or where `member_id` is null for the operator.

    An address is one user's of each: were it one of all, a member could find out whom the others employ.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("member_id", "email"),)

    user_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.member_id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
