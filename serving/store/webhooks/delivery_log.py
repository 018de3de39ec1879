"""The log of deliveries: read page by page, replayed, and deleted when it is old."""

from __future__ import annotations

import dataclasses
import datetime
import functools

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from serving.errors import EventNotFound, WebhookDisabled
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.webhooks import Delivery, DeliveryAttempt, DeliveryPage, DeliveryState
from serving.store.database.database import Database
from serving.store.events.event_data import EVENT_PREFIX
from serving.store.events.event_rows import NewEvent, add_event, found_event, number_all, with_checks
from serving.store.sortable_id import first_id_at
from serving.store.tables import EventRow, WebhookAttemptRow, WebhookDeliveryRow, WebhookEndpointRow
from serving.store.webhooks.delivery_rows import find_wanted
from serving.store.webhooks.endpoint_rows import get_endpoint, owner_of

REPLAYED_AT_ONCE = 1000
DELETED_AT_ONCE = 2000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Events of a time: from `since` on, and before `until`; with `only_undelivered` no delivered ones."""

    since: datetime.datetime
    until: datetime.datetime
    only_undelivered: bool


class DeliveryLog:
    """The log of the endpoints that a caller may see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_page(
        self, principal: Principal, endpoint_id: str, *, before: int | None, limit: int, state: DeliveryState | None
    ) -> DeliveryPage:
        """Give deliveries to an endpoint, newest event first; raises WebhookNotFound."""

        def work(session: Session) -> DeliveryPage:
            get_endpoint(session, principal, endpoint_id)
            row = WebhookDeliveryRow
            query = select(row, EventRow.type).outerjoin(EventRow, EventRow.event_id == row.event_id)
            query = query.where(row.endpoint_id == endpoint_id)
            if before is not None:
                query = query.where(row.sequence < before)
            if state is not None:
                query = query.where(row.state == state)
            found = session.execute(query.order_by(row.sequence.desc()).limit(limit + 1)).all()
            page = [_delivery_of(session, delivery, kind) for delivery, kind in found[:limit]]
            return DeliveryPage(deliveries=page, next_cursor=str(page[-1].sequence) if len(found) > limit else None)

        return await self._database.read(work)

    async def add_test(self, principal: Principal, endpoint_id: str, now: datetime.datetime) -> str:
        """Add a test event for one endpoint and give its id; raises WebhookNotFound or WebhookDisabled."""

        def work(session: Session) -> str:
            endpoint = _get_enabled(session, principal, endpoint_id)
            data = {"webhook_id": endpoint_id, "message": "a test of this endpoint; nothing happened"}
            event_id = add_event(session, NewEvent(type="webhook.test", member_id=endpoint.member_id, data=data))
            session.flush()
            number_all(session)
            _deliver_again(session, endpoint_id, [(event_id, _number_of(session, event_id))], now)
            return event_id

        return await self._database.write(work)

    async def replay_one(self, principal: Principal, endpoint_id: str, event_id: str, now: datetime.datetime) -> int:
        """Deliver one event again, of any type; raises WebhookNotFound, WebhookDisabled or EventNotFound."""

        def work(session: Session) -> int:
            endpoint = _get_enabled(session, principal, endpoint_id)
            row = session.execute(with_checks().where(EventRow.event_id == event_id)).one_or_none()
            event = None
            if row is not None and row[0].sequence is not None:
                event = found_event(row, owner_of(session, endpoint))
            if event is None:
                raise EventNotFound(f"no event has the id {event_id!r}; it never happened, or is not kept any more")
            _deliver_again(session, endpoint_id, [(event.id, event.sequence)], now)
            return 1

        return await self._database.write(work)

    async def replay_range(self, principal: Principal, endpoint_id: str, wanted: Range, now: datetime.datetime) -> int:
        """Deliver again the events of a time that the endpoint wants, and give how many; raises as `replay_one`."""
        begin, end = (EVENT_PREFIX + first_id_at(moment) for moment in (wanted.since, wanted.until))
        place, count = begin, 0
        while True:
            some = functools.partial(
                _replay_some,
                principal=principal,
                endpoint_id=endpoint_id,
                begin=place,
                end=end,
                only_undelivered=wanted.only_undelivered,
                now=now,
            )
            passed, added = await self._database.write(some)
            count += added
            if passed is None:
                return count
            place = passed

    async def delete_before(self, moment: datetime.datetime) -> int:
        """Delete deliveries of events that happened before a moment, with their attempts; gives how many."""
        old = select(WebhookDeliveryRow.delivery_id)
        old = old.where(WebhookDeliveryRow.event_id < EVENT_PREFIX + first_id_at(moment)).limit(DELETED_AT_ONCE)

        def work(session: Session) -> int:
            found = session.scalars(old).all()
            session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.delivery_id.in_(found)))
            return len(found)

        deleted = 0
        while some := await self._database.write(work):
            deleted += some
        return deleted


def _replay_some(
    session: Session,
    *,
    principal: Principal,
    endpoint_id: str,
    begin: str,
    end: str,
    only_undelivered: bool,
    now: datetime.datetime,
) -> tuple[str | None, int]:
    """Replay the next events of a range; gives where to go on, None at the end, and how many were replayed."""
    endpoint = _get_enabled(session, principal, endpoint_id)
    ids = select(EventRow.event_id).where(EventRow.event_id >= begin, EventRow.event_id < end)
    some = session.scalars(ids.order_by(EventRow.event_id).limit(REPLAYED_AT_ONCE + 1)).all()
    chosen = some[:REPLAYED_AT_ONCE]
    if not chosen:
        return None, 0
    in_range = (EventRow.event_id >= chosen[0]) & (EventRow.event_id <= chosen[-1]) & EventRow.sequence.is_not(None)
    events = find_wanted(session, endpoint, in_range)
    if only_undelivered:
        row = WebhookDeliveryRow
        delivered = select(row.event_id).where(
            row.endpoint_id == endpoint_id, row.state == "delivered", row.event_id.in_([one for one, _ in events])
        )
        without = set(session.scalars(delivered))
        events = [event for event in events if event[0] not in without]
    _deliver_again(session, endpoint_id, events, now)
    return (some[-1] if len(some) > REPLAYED_AT_ONCE else None), len(events)


def _deliver_again(session: Session, endpoint_id: str, events: list[tuple[str, int]], now: datetime.datetime) -> None:
    """Let deliveries wait for now, and begin to count their attempts anew; the id of each stays that of its event."""
    row = WebhookDeliveryRow
    ids = [event_id for event_id, _ in events]
    of_these = (row.endpoint_id == endpoint_id) & row.event_id.in_(ids)
    known = set(session.scalars(select(row.event_id).where(of_these)))
    session.execute(update(row).where(of_these).values(state="waiting", attempts=0, due_at=now))
    fresh = {"endpoint_id": endpoint_id, "state": "waiting", "attempts": 0, "due_at": now}
    new = [{**fresh, "event_id": one, "sequence": number} for one, number in events if one not in known]
    if new:
        session.execute(insert(row), new)


def _get_enabled(session: Session, principal: Principal, endpoint_id: str) -> WebhookEndpointRow:
    endpoint = get_endpoint(session, principal, endpoint_id)
    if not endpoint.enabled:
        raise WebhookDisabled("this webhook is switched off, so nothing is delivered; PATCH it with enabled = true")
    return endpoint


def _number_of(session: Session, event_id: str) -> int:
    number = session.scalars(select(EventRow.sequence).where(EventRow.event_id == event_id)).one()
    assert number is not None
    return number


def _delivery_of(session: Session, row: WebhookDeliveryRow, kind: str | None) -> Delivery:
    attempts = select(WebhookAttemptRow).where(WebhookAttemptRow.delivery_id == row.delivery_id)
    return Delivery(
        event_id=row.event_id,
        sequence=row.sequence,
        type=kind,
        state=row.state,  # type: ignore[arg-type]  # written from a DeliveryState
        next_attempt_at=None if row.due_at is None else utc_text(row.due_at),
        attempts=[
            DeliveryAttempt(
                started_at=utc_text(attempt.started_at),
                duration_ms=attempt.duration_ms,
                status=attempt.status,
                code=attempt.code,
                answer=attempt.answer,
            )
            for attempt in session.scalars(attempts.order_by(WebhookAttemptRow.attempt_id))
        ],
    )
