"""The rows of deliveries while they are made: which server delivers, what is due, and what came of each attempt.

A server leases an endpoint, so that one server at a time delivers to it; the lease of a server that ended without a
word runs out, and another takes over. A delivery is recorded after it was made: a server that ends in between makes it
again, with the same id, and none is lost.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import random
import urllib.parse
from collections.abc import Awaitable, Collection

from sqlalchemy import ColumnElement, Select, Update, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.events import Event
from serving.schemas.webhooks import DisabledReason
from serving.store.database.database import Database
from serving.store.events.event_rows import CHECK_FACTS, NewEvent, add_event, found_event, last_number, visible_to
from serving.store.tables import CheckRow, EventRow, WebhookAttemptRow, WebhookDeliveryRow, WebhookEndpointRow
from serving.store.webhooks.endpoint_rows import owner_of, switch_off
from serving.store.webhooks.schedule import FAILURES_BEFORE_PAUSE, failed_too_long, next_attempt, pause_after

CLAIMED_AT_ONCE = 100
WRITTEN_AT_ONCE = 1000
TEST_TYPE = "webhook.test"  # goes to the endpoint that asked for it alone


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to deliver to now; `keys` are all that sign.

    `one_at_a_time`: it wants its events in order, or it failed so often that one attempt finds out whether it works.
    """

    url: str
    of_operator: bool  # and not a member's, who may reach public addresses alone
    keys: tuple[str, ...]
    one_at_a_time: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DueDelivery:
    """A delivery that is due; `event` is None where it is not kept any more, or not the owner's to see."""

    delivery_id: int
    event_id: str
    event: Event | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AttemptMade:
    """An attempt and what came of it; `code` is `delivered` and the like, see `serving.webhooks.sender`."""

    started_at: datetime.datetime
    duration_ms: int
    status: int | None
    code: str
    answer: str
    delivered: bool
    gone: bool = False
    final: bool = False  # no other attempt could succeed
    retry_after_s: float | None = None


class DeliveryRows:
    """The rows of deliveries, for the server that delivers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Awaitable[datetime.datetime]:
        """Give the time by which endpoints are leased and deliveries are due."""
        return self._database.now()

    async def has_endpoints(self) -> bool:
        """Whether any endpoint is switched on."""

        def work(session: Session) -> bool:
            return bool(session.scalar(select(exists().where(WebhookEndpointRow.enabled))))

        return await self._database.read(work)

    async def claim(self, server: str, now: datetime.datetime, lease_s: float) -> list[str]:
        """Lease the endpoints with work that no other server holds, and give their ids."""
        if not await self._database.read(lambda session: list(session.scalars(_claimable(session, server, now)))):
            return []

        def work(session: Session) -> list[str]:
            found = list(session.scalars(_claimable(session, server, now).with_for_update(skip_locked=True)))
            until = now + datetime.timedelta(seconds=lease_s)
            claimed = update(WebhookEndpointRow).where(WebhookEndpointRow.endpoint_id.in_(found))
            session.execute(claimed.values(lease_owner=server, lease_until=until))
            return found

        return await self._database.write(work)

    async def renew(
        self, server: str, endpoint_ids: Collection[str], now: datetime.datetime, lease_s: float
    ) -> set[str]:
        """Lease these endpoints for longer, as far as they are still this server's, and give the ids of those."""
        until = now + datetime.timedelta(seconds=lease_s)

        def work(session: Session) -> set[str]:
            session.execute(_held_by(server, endpoint_ids).values(lease_until=until))
            held = select(WebhookEndpointRow.endpoint_id).where(WebhookEndpointRow.lease_owner == server)
            return set(session.scalars(held.where(WebhookEndpointRow.endpoint_id.in_(sorted(endpoint_ids)))))

        return await self._database.write(work)

    async def release(self, server: str, endpoint_id: str) -> None:
        """End a lease, so that any server may take the endpoint at once."""
        released = _held_by(server, [endpoint_id]).values(lease_owner=None, lease_until=None)
        await self._database.write_rows([(released, {})])

    async def write_due(self, endpoint_id: str, now: datetime.datetime) -> bool:
        """Write deliveries for events that happened since; gives whether there may be more."""

        def is_behind(session: Session) -> bool:
            position = select(WebhookEndpointRow.position).where(WebhookEndpointRow.endpoint_id == endpoint_id)
            return (session.scalar(position) or 0) < last_number(session)

        def work(session: Session) -> bool:
            endpoint = session.get(WebhookEndpointRow, endpoint_id)
            last = last_number(session)
            if endpoint is None or not endpoint.enabled or endpoint.position >= last:
                return False
            end = min(endpoint.position + WRITTEN_AT_ONCE, last)
            numbers = (EventRow.sequence > endpoint.position) & (EventRow.sequence <= end)
            wanted = find_wanted(session, endpoint, numbers)
            if wanted:
                rows = [_new_delivery(endpoint_id, event, now) for event in wanted]
                session.execute(insert(WebhookDeliveryRow), rows)
            endpoint.position = end
            return end < last

        return await self._database.read(is_behind) and await self._database.write(work)

    async def find_due(
        self, endpoint_id: str, now: datetime.datetime, limit: int, without: Collection[int] = ()
    ) -> tuple[Target | None, list[DueDelivery]]:
        """Give where to deliver to, and what is due; None where nothing may be sent now."""

        def work(session: Session) -> tuple[Target | None, list[DueDelivery]]:
            endpoint = session.get(WebhookEndpointRow, endpoint_id)
            if endpoint is None or not endpoint.enabled or _is_paused(endpoint, now):
                return None, []
            owner = owner_of(session, endpoint)
            rows = session.execute(_due_query(endpoint, now, limit, without)).all()
            due = [
                DueDelivery(
                    delivery_id=row[0].delivery_id,
                    event_id=row[0].event_id,
                    event=None if row[1] is None else found_event(row[1:], owner),
                )
                for row in rows
            ]
            return _target_of(endpoint, now), due

        return await self._database.read(work)

    async def record(self, delivery_id: int, made: AttemptMade, now: datetime.datetime, rng: random.Random) -> None:
        """Record an attempt, and with it when the next one is due, and whether the endpoint is paused or ends."""

        def work(session: Session) -> None:
            delivery = session.get(WebhookDeliveryRow, delivery_id)
            if delivery is None:  # its endpoint was deleted meanwhile
                return
            endpoint = session.get_one(WebhookEndpointRow, delivery.endpoint_id)
            session.add(
                WebhookAttemptRow(
                    delivery_id=delivery_id,
                    started_at=made.started_at,
                    duration_ms=made.duration_ms,
                    status=made.status,
                    code=made.code,
                    answer=made.answer,
                )
            )
            delivery.attempts += 1
            if made.delivered or made.final:
                delivery.state, delivery.due_at = ("delivered" if made.delivered else "failed"), None
            if made.delivered:
                endpoint.failures, endpoint.failing_since = 0, None
                endpoint.paused_until = _later_pause(endpoint, None, now)
            elif not made.final:
                _record_failure(session, endpoint, delivery, made, now, rng)

        await self._database.write(work)

    async def find_oldest_waiting(self) -> str | None:
        """Give the id of the oldest event that waits for an endpoint that is switched on; None where none does."""

        def work(session: Session) -> str | None:
            row = WebhookDeliveryRow
            waiting = (row.endpoint_id == WebhookEndpointRow.endpoint_id) & (row.state == "waiting")
            first = select(row.event_id).where(waiting).order_by(row.sequence).limit(1).scalar_subquery()
            found = session.scalars(select(first).where(WebhookEndpointRow.enabled))
            return min((event_id for event_id in found if event_id is not None), default=None)

        return await self._database.read(work)


def find_wanted(
    session: Session, endpoint: WebhookEndpointRow, condition: ColumnElement[bool]
) -> list[tuple[str, int]]:
    """Give id and number of the events that an endpoint wants and its owner may see, in order."""
    owner = owner_of(session, endpoint)
    query = select(EventRow).where(condition, EventRow.type != TEST_TYPE, visible_to(owner))
    if endpoint.types is not None:
        query = query.where(EventRow.type.in_(endpoint.types))
    if endpoint.products is not None:
        query = query.where(or_(EventRow.product.in_(endpoint.products), EventRow.product.is_(None)))
    return [
        (row.event_id, row.sequence)
        for row in session.scalars(query.order_by(EventRow.sequence))
        if row.sequence is not None and _concerns(row, owner, endpoint.products)
    ]


def _concerns(row: EventRow, owner: Principal, products: Collection[str] | None) -> bool:
    """Whether an event of several products is about one that the owner has and the endpoint wants."""
    if row.product is not None or row.data is None:
        return True
    several = json.loads(row.data).get("products")
    if several is None:
        return True
    return any(owner.sees(product) and (products is None or product in products) for product in several)


def _new_delivery(endpoint_id: str, event: tuple[str, int], now: datetime.datetime) -> dict[str, object]:
    event_id, sequence = event
    values = {"endpoint_id": endpoint_id, "event_id": event_id, "sequence": sequence}
    return {**values, "state": "waiting", "attempts": 0, "due_at": now}


def _claimable(session: Session, server: str, now: datetime.datetime) -> Select[str]:
    endpoint, delivery = WebhookEndpointRow, WebhookDeliveryRow
    free = or_(endpoint.lease_until.is_(None), endpoint.lease_until <= now, endpoint.lease_owner == server)
    awake = or_(endpoint.paused_until.is_(None), endpoint.paused_until <= now)
    earlier = aliased(WebhookDeliveryRow)
    waiting = (earlier.endpoint_id == endpoint.endpoint_id) & (earlier.state == "waiting")
    first = select(func.min(earlier.sequence)).where(waiting).correlate(endpoint).scalar_subquery()
    due = exists().where(
        delivery.endpoint_id == endpoint.endpoint_id,
        delivery.due_at <= now,
        or_(endpoint.ordered.is_(False), delivery.sequence == first),
    )
    has_work = or_(endpoint.position < last_number(session), and_(awake, due))
    return select(endpoint.endpoint_id).where(endpoint.enabled, free, has_work).limit(CLAIMED_AT_ONCE)


def _held_by(server: str, endpoint_ids: Collection[str]) -> Update:
    held = WebhookEndpointRow.endpoint_id.in_(sorted(endpoint_ids))
    return update(WebhookEndpointRow).where(held, WebhookEndpointRow.lease_owner == server)


def _due_query(
    endpoint: WebhookEndpointRow, now: datetime.datetime, limit: int, without: Collection[int]
) -> Select[WebhookDeliveryRow, EventRow, str, str | None, str | None, str, str]:
    """Select due deliveries with their events. To an ordered endpoint the first that waits is the only one."""
    delivery = WebhookDeliveryRow
    due = (
        select(delivery, EventRow, *CHECK_FACTS)
        .outerjoin(EventRow, EventRow.event_id == delivery.event_id)
        .outerjoin(CheckRow, CheckRow.check_id == EventRow.check_id)
        .where(delivery.endpoint_id == endpoint.endpoint_id, delivery.delivery_id.not_in(sorted(without)))
    )
    if endpoint.ordered:
        waiting = (delivery.endpoint_id == endpoint.endpoint_id) & (delivery.state == "waiting")
        first = select(delivery.delivery_id).where(waiting).order_by(delivery.sequence).limit(1).scalar_subquery()
        return due.where(delivery.delivery_id == first, delivery.due_at <= now)
    return due.where(delivery.due_at <= now).order_by(delivery.due_at, delivery.sequence).limit(limit)


def _target_of(endpoint: WebhookEndpointRow, now: datetime.datetime) -> Target:
    keys = list(endpoint.keys)
    if endpoint.previous_until is not None and now < endpoint.previous_until:
        keys += endpoint.previous_keys
    return Target(
        url=endpoint.url,
        of_operator=endpoint.member_id is None,
        keys=tuple(keys),
        one_at_a_time=endpoint.ordered or endpoint.failures >= FAILURES_BEFORE_PAUSE,
    )


def _is_paused(endpoint: WebhookEndpointRow, now: datetime.datetime) -> bool:
    return endpoint.paused_until is not None and now < endpoint.paused_until


def _later_pause(
    endpoint: WebhookEndpointRow, until: datetime.datetime | None, now: datetime.datetime
) -> datetime.datetime | None:
    """Give the later end of two pauses: an attempt that ends in a pause began before it, and does not shorten it."""
    if endpoint.paused_until is None or not _is_paused(endpoint, now):
        return until
    return endpoint.paused_until if until is None else max(endpoint.paused_until, until)


def _record_failure(
    session: Session,
    endpoint: WebhookEndpointRow,
    delivery: WebhookDeliveryRow,
    made: AttemptMade,
    now: datetime.datetime,
    rng: random.Random,
) -> None:
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or made.started_at
    endpoint.paused_until = _later_pause(endpoint, pause_after(endpoint.failures, made.retry_after_s, now), now)
    delivery.due_at = next_attempt(delivery.attempts, now, rng)
    if delivery.due_at is None:
        delivery.state = "failed"
    elif endpoint.paused_until is not None:
        delivery.due_at = max(delivery.due_at, endpoint.paused_until)
    reason: DisabledReason | None = "gone" if made.gone else None
    if reason is None and failed_too_long(endpoint.failing_since, now):
        reason = "failing"
    if reason is None or not endpoint.enabled:
        return
    switch_off(endpoint, reason, now)
    # Of its URL the host alone: the rest may be a secret, and whoever reads events, or gets them, would read it.
    host = urllib.parse.urlsplit(endpoint.url).hostname
    data = {"webhook_id": endpoint.endpoint_id, "host": host, "reason": reason}
    data["failing_since"] = utc_text(endpoint.failing_since)
    add_event(session, NewEvent(type="webhook.disabled", member_id=endpoint.member_id, data=data))
