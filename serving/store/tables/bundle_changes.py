"""The history of the bundles that serve."""

from __future__ import annotations

import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class BundleChangeRow(Table):
    """One change of the bundles under a name; `state` is the state after it, so the latest row has the current one."""

    __tablename__ = "bundle_changes"
    __table_args__ = (Index(None, "name", "change_id"),)

    change_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(20))
    caller: Mapped[str] = mapped_column(String(64))
    changed_by: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
