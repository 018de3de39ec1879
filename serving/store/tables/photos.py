"""The photos of checks, with their evidence; their bytes are files."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table


class PhotoRow(Table):
    """One photo of a check. Its bytes are a file named by `sha256`, shared by all rows with that `sha256`."""

    __tablename__ = "photos"

    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    kept: Mapped[bool]  # False: the bytes were not a readable photo, so they were not stored
    # The evidence grid has some hundred bytes: in the row it is written and deleted in the same transaction.
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary)
    source_url: Mapped[str | None] = mapped_column(Text)  # None: the bytes were sent
