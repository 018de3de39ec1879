"""Members: brand owners."""

from __future__ import annotations

import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class MemberRow(Table):
    """A brand owner; `category` is one of the twelve industries, `country` an ISO 3166-1 alpha-2 code."""

    __tablename__ = "members"

    member_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    category: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
