from __future__ import annotations

from serving.routes.openapi.examples import EXAMPLES
from serving.routes.openapi.examples_webhooks import WEBHOOK_EXAMPLES
from serving.schemas.events import EVENT_TYPES


def test_the_examples_are_part_of_all_and_their_events_are_of_known_types() -> None:
    assert WEBHOOK_EXAMPLES.items() <= EXAMPLES.items()
    assert WEBHOOK_EXAMPLES["Event"]["type"] in EVENT_TYPES
