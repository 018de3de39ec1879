"""The tasks that one of the servers of a store does for all."""

from __future__ import annotations

import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class PeriodicTaskRow(Table):
    """When a task was last begun by a server that did it; while one is at it, a time that lets its lease end."""

    __tablename__ = "periodic_tasks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
