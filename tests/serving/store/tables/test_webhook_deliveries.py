from __future__ import annotations

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import WebhookAttemptRow, WebhookDeliveryRow, WebhookEndpointRow
from tests.serving.builders.new_checks import NOW
from tests.serving.store.tables.test_webhook_endpoints import endpoint_row


def delivery_row(event_id: str) -> WebhookDeliveryRow:
    return WebhookDeliveryRow(
        endpoint_id="a", event_id=event_id, sequence=1, state="waiting", attempts=0, due_at=NOW
    )  # fmt: skip


def test_an_event_is_delivered_to_an_endpoint_once(session: Session) -> None:
    session.add(endpoint_row("a"))
    session.flush()
    session.add_all([delivery_row("evt_1"), delivery_row("evt_2")])
    session.commit()
    session.add(delivery_row("evt_1"))
    with pytest.raises(IntegrityError):
        session.commit()


def test_deliveries_and_attempts_end_with_their_endpoint(session: Session) -> None:
    session.add(endpoint_row("a"))
    session.flush()
    delivery = delivery_row("evt_1")
    session.add(delivery)
    session.flush()
    session.add(
        WebhookAttemptRow(
            delivery_id=delivery.delivery_id, started_at=NOW, duration_ms=1, status=None, code="gone", answer=""
        )
    )
    session.commit()
    session.execute(delete(WebhookEndpointRow))
    session.commit()
    assert session.scalars(select(WebhookDeliveryRow)).all() == []
    assert session.scalars(select(WebhookAttemptRow)).all() == []
