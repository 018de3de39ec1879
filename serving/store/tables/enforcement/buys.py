"""Test buys: plans, purchases with their moves, findings and photos, and the checklists of products."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.store.tables.base import Table, UtcTime


class BuyPlanRow(Table):
    """A plan, with what its draw can be repeated from; `expected_cost` is that of all its purchases.

    `strata` is a list of objects: group, chosen, size, draws, suspicion. A purchase names its own by its place there.
    """

    __tablename__ = "test_buy_plans"
    __table_args__ = (Index(None, "quarter", "plan_id"),)

    plan_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    accepted_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)  # null: proposed
    quarter: Mapped[str] = mapped_column(String(7))
    since: Mapped[datetime.datetime] = mapped_column(UtcTime)
    until: Mapped[datetime.datetime] = mapped_column(UtcTime)
    product: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    budget: Mapped[float] = mapped_column(Float)
    default_price: Mapped[float] = mapped_column(Float)
    shipping: Mapped[float] = mapped_column(Float)
    min_price: Mapped[float] = mapped_column(Float)
    max_price: Mapped[float | None] = mapped_column(Float)
    random_share: Mapped[float] = mapped_column(Float)
    seed: Mapped[str] = mapped_column(String(64))
    frame_sha256: Mapped[str] = mapped_column(String(64))
    frame_size: Mapped[int]
    strata: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    expected_cost: Mapped[float] = mapped_column(Float)
    key_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))


class BuyRow(Table):
    """One purchase. `version` is the sequence of its last move; who moves it says which one was seen.

    `check_id` stays when its check is deleted. `listing_id` and `seller_id` are null once the seller was erased: the
    outcome and its probability stay, since the estimates need them and name nobody.
    """

    __tablename__ = "test_buys"
    __table_args__ = (
        Index(None, "plan_id", "buy_id"),
        Index(None, "state", "buy_id"),
        Index(None, "product", "buy_id"),
        Index(None, "seller_id"),
        Index(None, "check_id"),
    )

    buy_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("test_buy_plans.plan_id", ondelete="CASCADE"))
    product: Mapped[str] = mapped_column(String(200))
    check_id: Mapped[str] = mapped_column(String(36))
    listing_id: Mapped[str | None] = mapped_column(String(200))
    seller_id: Mapped[str | None] = mapped_column(String(200))
    verdict: Mapped[str] = mapped_column(String(20))
    authenticity: Mapped[float | None] = mapped_column(Float)
    selection: Mapped[str] = mapped_column(String(10))
    stratum: Mapped[int]
    probability: Mapped[float] = mapped_column(Float)
    worth: Mapped[dict[str, float] | None] = mapped_column(JSON(none_as_null=True))
    expected_cost: Mapped[float] = mapped_column(Float)
    cost: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    moved_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    checklist_version: Mapped[int | None]
    case_id: Mapped[str | None] = mapped_column(String(36))

    plan: Mapped[BuyPlanRow] = relationship(lazy="joined")
    moves: Mapped[list[BuyMoveRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="BuyMoveRow.sequence"
    )
    findings: Mapped[list[BuyFindingRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="BuyFindingRow.position"
    )
    photos: Mapped[list[BuyPhotoRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="BuyPhotoRow.position"
    )


class BuyMoveRow(Table):
    """One move of a purchase; its time may be equal to the one before, and is never earlier."""

    __tablename__ = "test_buy_moves"

    buy_id: Mapped[str] = mapped_column(ForeignKey("test_buys.buy_id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str] = mapped_column(String(64))
    actor_member_id: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str] = mapped_column(Text)
    key_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64))


class BuyFindingRow(Table):
    """What was found on one point of the checklist, by the last examination; `position` is the point's place there."""

    __tablename__ = "test_buy_findings"

    buy_id: Mapped[str] = mapped_column(ForeignKey("test_buys.buy_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    point_id: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)


class BuyPhotoRow(Table):
    """A photo of a purchase. Its bytes are a file named by `sha256`, shared by all rows with that `sha256`.

    `stored` is false from the request until the bytes are kept, so that a cleanup between both keeps them as well.
    """

    __tablename__ = "test_buy_photos"

    buy_id: Mapped[str] = mapped_column(ForeignKey("test_buys.buy_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    point_id: Mapped[str | None] = mapped_column(String(40))
    added_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    stored: Mapped[bool]


class ChecklistRow(Table):
    """A version of a product's checklist: `points` is a list of objects with point_id, text and decisive."""

    __tablename__ = "test_buy_checklists"

    product: Mapped[str] = mapped_column(String(200), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    actor_name: Mapped[str] = mapped_column(String(64))
    actor_member_id: Mapped[str | None] = mapped_column(String(36))
    points: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
