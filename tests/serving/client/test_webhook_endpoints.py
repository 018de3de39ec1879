from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

import pytest

from serving.client import Client, RequestRefused, read_webhook
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.webhooks import loopback_settings
from tests.serving.servers.occupied import until
from tests.serving.servers.receiver import Receiver, receiver
from tests.serving.servers.running import Running


@pytest.fixture
def host() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def test_an_endpoint_is_made_tested_followed_replayed_rotated_changed_and_deleted(
    start: Callable[..., Running], host: Receiver
) -> None:
    with Client(start(webhooks=loopback_settings([host.port]), threads=1).url) as client:
        made = client.create_webhook(host.url("/204"), description="pipeline", types=["check.completed"])
        test_id = client.test_webhook(made.webhook_id)
        check = client.check([jpeg()])
        until(lambda: len(host.received) == 2)
        read = [read_webhook([made.secret], one.headers, one.body) for one in host.received]
        assert {event.type: event.data.get("check_id") for event in read if event.id != test_id} == {
            "check.completed": check.check_id
        }
        until(lambda: [one.state for one in client.deliveries(made.webhook_id)] == ["delivered"] * 2)
        assert list(client.deliveries(made.webhook_id, state="failed")) == []
        event_id = next(event.id for event in read if event.type == "check.completed")
        assert client.replay_event(made.webhook_id, event_id) == 1
        until(lambda: len(host.received) == 3)
        yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        until(lambda: client.webhook(made.webhook_id).waiting == 0)
        assert client.replay_events(made.webhook_id, yesterday, only_undelivered=True) == 0
        assert client.rotate_webhook(made.webhook_id, keep_previous_h=0).secret != made.secret
        changed = client.change_webhook(made.webhook_id, enabled=False, types=None)
        assert (changed.enabled, changed.types, changed.description) == (False, None, "pipeline")
        assert [one.webhook_id for one in client.webhooks()] == [made.webhook_id]
        client.delete_webhook(made.webhook_id)
        with pytest.raises(RequestRefused, match="webhook_not_found"):
            client.webhook(made.webhook_id)
