from __future__ import annotations

import datetime
import json

import pytest

from serving.client import WebhookInvalid, read_webhook
from serving.webhook_signature import new_secret, sign

NOW = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
EVENT = {
    "id": "evt_1", "sequence": 7, "type": "a.type.of.later", "timestamp": "2026-05-01T12:00:00.000Z", "product": None,
    "data": {"job_id": "j"}, "left_out": [], "a_field_of_later": 1,
}  # fmt: skip
SECRET = new_secret()


def headers(body: bytes) -> dict[str, str]:
    signature = sign([SECRET], webhook_id="evt_1", timestamp=NOW, body=body)
    at = str(int(NOW.timestamp()))
    return {"webhook-id": "evt_1", "webhook-timestamp": at, "webhook-signature": signature}


def test_a_signed_webhook_is_read_as_its_event_also_one_of_a_later_version() -> None:
    body = json.dumps(EVENT).encode()
    event = read_webhook([SECRET], headers(body), body, now=NOW)
    assert (event.id, event.type, event.data) == ("evt_1", "a.type.of.later", {"job_id": "j"})


def test_one_that_is_not_signed_or_no_event_is_invalid() -> None:
    body = json.dumps(EVENT).encode()
    with pytest.raises(WebhookInvalid, match="by one of the keys"):
        read_webhook([new_secret()], headers(body), body, now=NOW)
    with pytest.raises(WebhookInvalid, match="not an event"):
        read_webhook([SECRET], headers(b"{}"), b"{}", now=NOW)
