"""The verdicts of shadow bundles."""

from __future__ import annotations

from sqlalchemy import Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table


class ShadowVerdictRow(Table):
    """A shadow bundle's verdict on a check, beside the answered one, so that counting needs no other table."""

    __tablename__ = "shadow_verdicts"
    __table_args__ = (Index(None, "active_sha256", "shadow_sha256", "product", "active_outcome", "shadow_outcome"),)

    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), primary_key=True)
    shadow_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    active_sha256: Mapped[str] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(200))
    active_outcome: Mapped[str] = mapped_column(String(20))
    shadow_outcome: Mapped[str] = mapped_column(String(20))
    active_authenticity: Mapped[float | None] = mapped_column(Float)
    shadow_authenticity: Mapped[float | None] = mapped_column(Float)
