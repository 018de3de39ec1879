"""An example of each body of events and webhooks."""

from __future__ import annotations

from typing import Any, Final

_EVENT: Final = {
    "id": "evt_01a20a5d-3e57-7681-a417-f8bcda188f15",
    "sequence": 1207,
    "type": "review.decided",
    "timestamp": "2026-11-26T09:30:00.000Z",
    "product": "korvelle-k1-hair-dryer",
    "data": {
        "check_id": "01a20a5a-9c11-7b0e-8d53-1f0c2be87c40",
        "listing_id": "4711",
        "seller_id": "s-88",
        "product": "korvelle-k1-hair-dryer",
        "outcome": "review",
        "review_id": 7,
        "decision": "counterfeit",
    },
    "left_out": [],
}

_WEBHOOK: Final = {
    "webhook_id": "whe_01a20a5d-3e57-7681-a417-f8bcda188f15",
    "created_at": "2026-11-26T09:30:00.000Z",
    "member_id": None,
    "url": "https://hooks.shop.example/touchstone",
    "description": "listing pipeline",
    "types": ["check.completed", "review.decided"],
    "products": None,
    "ordered": False,
    "enabled": True,
    "disabled_at": None,
    "disabled_reason": None,
    "public_key": "whpk_3Wv7XbGYr3SuN3dPTVZ8bCWbUGmP8xnYqkqYl1yH3mQ=",
    "previous_keys_until": None,
    "waiting": 0,
    "oldest_waiting_at": None,
    "failing_since": None,
    "paused_until": None,
}
_WITH_SECRET: Final = {**_WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
_DELIVERY: Final = {
    "event_id": _EVENT["id"],
    "sequence": 1207,
    "type": "review.decided",
    "state": "delivered",
    "next_attempt_at": None,
    "attempts": [
        {
            "started_at": "2026-11-26T09:30:00.300Z",
            "duration_ms": 41,
            "status": 204,
            "code": "delivered",
            "answer": "",
        }
    ],
}

WEBHOOK_EXAMPLES: Final[dict[str, Any]] = {
    "Delivery": _DELIVERY,
    "DeliveryPage": {"deliveries": [_DELIVERY], "next_cursor": None},
    "Event": _EVENT,
    "EventPage": {"events": [_EVENT], "next_cursor": "1207", "has_more": False},
    "WebhookReplaySent": {"since": "2026-11-26", "only_undelivered": True},
    "WebhookReplayed": {"deliveries": 12},
    "WebhookRotationSent": {"keep_previous_h": 24},
    "TestSent": {"event_id": "evt_01a20a5d-5d2f-7d1c-9b0a-0c9e5f6a7b8c"},
    "Webhook": _WEBHOOK,
    "WebhookChange": {"enabled": True},
    "WebhookList": {"webhooks": [_WEBHOOK]},
    "WebhookSent": {
        "url": "https://hooks.shop.example/touchstone",
        "description": "listing pipeline",
        "types": ["check.completed", "review.decided"],
    },
    "WebhookWithSecret": _WITH_SECRET,
}
