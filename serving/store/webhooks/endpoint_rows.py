"""The rows of webhook endpoints: made, read, changed and deleted by those who may see them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from serving.audit_log.entry import Action, new_entry
from serving.errors import TooManyWebhooks, WebhookNotFound
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.webhooks import DisabledReason, Webhook, WebhookSent
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_data import EVENT_PREFIX
from serving.store.events.event_rows import last_number
from serving.store.sortable_id import new_id, time_of
from serving.store.tables import MemberProductRow, WebhookDeliveryRow, WebhookEndpointRow
from serving.webhook_signature import SIGNING_PREFIX, public_key_of

ENDPOINT_PREFIX = "whe_"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """An endpoint that is being stored; `keys` sign what is delivered."""

    sent: WebhookSent
    keys: tuple[str, ...]


class EndpointRows:
    """The rows of endpoints. The operator sees all, a member its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, principal: Principal, new: NewEndpoint, now: datetime.datetime, limit: int) -> Webhook:
        """Add an endpoint, which gets what happens from now on; raises TooManyWebhooks where `limit` are there."""

        def work(session: Session) -> Webhook:
            own = WebhookEndpointRow.member_id.is_not_distinct_from(principal.member_id)
            if (session.scalar(select(func.count()).where(own)) or 0) >= limit:
                raise TooManyWebhooks(f"there are {limit} webhooks, the maximum (webhooks.max_endpoints); delete one")
            row = WebhookEndpointRow(
                endpoint_id=ENDPOINT_PREFIX + new_id(),
                created_at=now,
                member_id=principal.member_id,
                url=new.sent.url,
                description=new.sent.description,
                types=_listed(new.sent.types),
                products=_listed(new.sent.products),
                ordered=new.sent.ordered,
                keys=list(new.keys),
                previous_keys=[],
                enabled=True,
                position=last_number(session),
                failures=0,
            )
            session.add(row)
            session.flush()
            _record(session, principal, "webhook.created", row)
            return webhook_of(session, row)

        return await self._database.write(work)

    async def find_all(self, principal: Principal) -> list[Webhook]:
        """Give the endpoints that the caller may see, oldest first."""

        def work(session: Session) -> list[Webhook]:
            rows = select(WebhookEndpointRow).where(_seen_by(principal)).order_by(WebhookEndpointRow.endpoint_id)
            return [webhook_of(session, row) for row in session.scalars(rows)]

        return await self._database.read(work)

    async def find(self, principal: Principal, endpoint_id: str) -> Webhook:
        """Give one endpoint; raises WebhookNotFound."""

        def work(session: Session) -> Webhook:
            return webhook_of(session, get_endpoint(session, principal, endpoint_id))

        return await self._database.read(work)

    async def change(
        self, principal: Principal, endpoint_id: str, values: Mapping[str, Any], now: datetime.datetime
    ) -> Webhook:
        """Set columns of an endpoint, and switch it on or off by `enabled`; raises WebhookNotFound."""

        def work(session: Session) -> Webhook:
            row = get_endpoint(session, principal, endpoint_id)
            for name, value in values.items():
                if name != "enabled":
                    setattr(row, name, value)
            if values.get("enabled") is False and row.enabled:
                switch_off(row, "by_owner", now)
            if values.get("enabled") is True and not row.enabled:
                row.enabled, row.disabled_at, row.disabled_reason = True, None, None
                row.failures, row.failing_since, row.paused_until = 0, None, None
            session.flush()
            _record(session, principal, "webhook.changed", row, changed=sorted(values))
            return webhook_of(session, row)

        return await self._database.write(work)

    async def rotate(
        self, principal: Principal, endpoint_id: str, keys: Sequence[str], previous_until: datetime.datetime
    ) -> Webhook:
        """Replace the keys; those before sign until then, and those before these no more. Raises WebhookNotFound."""

        def work(session: Session) -> Webhook:
            row = get_endpoint(session, principal, endpoint_id)
            row.previous_keys, row.previous_until, row.keys = row.keys, previous_until, list(keys)
            session.flush()
            _record(session, principal, "webhook.changed", row, changed=["keys"])
            return webhook_of(session, row)

        return await self._database.write(work)

    async def delete(self, principal: Principal, endpoint_id: str) -> None:
        """Delete an endpoint with its log; raises WebhookNotFound."""

        def work(session: Session) -> None:
            row = get_endpoint(session, principal, endpoint_id)
            _record(session, principal, "webhook.deleted", row)
            session.delete(row)

        await self._database.write(work)


def _record(
    session: Session, principal: Principal, action: Action, row: WebhookEndpointRow, *, changed: Sequence[str] = ()
) -> None:
    """Add the audit entry of a change, with what was changed and without the address: tokens may stand in it."""
    details: dict[str, JsonValue] = {"enabled": row.enabled}
    if changed:
        details["changed"] = [*changed]
    append_entry(session, new_entry(principal, action, "webhook", row.endpoint_id, details, member_id=row.member_id))


def get_endpoint(session: Session, principal: Principal, endpoint_id: str) -> WebhookEndpointRow:
    """Give the row of an endpoint that the caller may see; raises WebhookNotFound."""
    query = select(WebhookEndpointRow).where(WebhookEndpointRow.endpoint_id == endpoint_id, _seen_by(principal))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise WebhookNotFound(f"no webhook has the id {endpoint_id!r}; GET /v1/webhooks lists them")
    return row


def owner_of(session: Session, row: WebhookEndpointRow) -> Principal:
    """Give the principal for whom events are delivered, with the products that its member has now."""
    if row.member_id is None:
        return Principal(name=row.endpoint_id, rate_key=row.endpoint_id)
    owned = select(MemberProductRow.product).where(MemberProductRow.member_id == row.member_id)
    products = frozenset(session.scalars(owned))
    return Principal(name=row.endpoint_id, rate_key=row.endpoint_id, member_id=row.member_id, products=products)


def switch_off(row: WebhookEndpointRow, reason: DisabledReason, now: datetime.datetime) -> None:
    """Deliver nothing more to an endpoint, for this reason."""
    row.enabled, row.disabled_at, row.disabled_reason = False, now, reason


def webhook_of(session: Session, row: WebhookEndpointRow) -> Webhook:
    """Give an endpoint as it is answered."""
    delivery = WebhookDeliveryRow
    waiting = (delivery.endpoint_id == row.endpoint_id) & (delivery.state == "waiting")
    oldest = session.scalar(select(delivery.event_id).where(waiting).order_by(delivery.sequence).limit(1))
    signing_key = next(key for key in row.keys if key.startswith(SIGNING_PREFIX))
    return Webhook(
        webhook_id=row.endpoint_id,
        created_at=utc_text(row.created_at),
        member_id=row.member_id,
        url=row.url,
        description=row.description,
        types=row.types,
        products=row.products,
        ordered=row.ordered,
        enabled=row.enabled,
        disabled_at=_text(row.disabled_at),
        disabled_reason=row.disabled_reason,  # type: ignore[arg-type]  # written from a DisabledReason
        public_key=public_key_of(signing_key),
        previous_keys_until=_text(row.previous_until),
        waiting=session.scalar(select(func.count()).where(waiting)) or 0,
        oldest_waiting_at=None if oldest is None else utc_text(time_of(oldest.removeprefix(EVENT_PREFIX))),
        failing_since=_text(row.failing_since),
        paused_until=_text(row.paused_until),
    )


def _seen_by(principal: Principal) -> ColumnElement[bool]:
    return true() if principal.is_operator else WebhookEndpointRow.member_id == principal.member_id


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else sorted(set(names))


def _text(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)
