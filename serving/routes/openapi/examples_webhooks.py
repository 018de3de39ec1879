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

WEBHOOK_EXAMPLES: Final[dict[str, Any]] = {
    "Event": _EVENT,
    "EventPage": {"events": [_EVENT], "next_cursor": "1207", "has_more": False},
}
