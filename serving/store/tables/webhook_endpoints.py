"""Endpoints of webhooks: where events are delivered."""

from __future__ import annotations

import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class WebhookEndpointRow(Table):
    """An endpoint of a member, or where `member_id` is null of the operator.

    `keys` sign (`whsec_…`, `whsk_…`); `previous_keys` sign too until `previous_until`. `position` is the number of the
    last event for which a delivery was written, if it is wanted. `failing_since` is the first failure after the latest
    success, `failures` how many there were since, and before `paused_until` nothing is sent. `lease_owner` is the
    server that delivers, until `lease_until`.
    """

    __tablename__ = "webhook_endpoints"

    endpoint_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.member_id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    products: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    ordered: Mapped[bool]
    keys: Mapped[list[str]] = mapped_column(JSON)
    previous_keys: Mapped[list[str]] = mapped_column(JSON)
    previous_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    enabled: Mapped[bool]
    disabled_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    disabled_reason: Mapped[str | None] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(BigInteger)
    failing_since: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    failures: Mapped[int]
    paused_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
