"""The products of members."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table


class MemberProductRow(Table):
    """A product of a member. The product is the primary key, so that it belongs to at most one member."""

    __tablename__ = "member_products"

    product: Mapped[str] = mapped_column(String(200), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.member_id", ondelete="CASCADE"), index=True)
