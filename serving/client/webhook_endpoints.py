"""The client's calls about webhooks: endpoints, their log of deliveries, and replays, for a key with `admin`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack

from serving.client.calls import Call, part, query
from serving.client.steps import Item, Items, Iteration, Method, Sender, Steps
from serving.schemas.events import EventType
from serving.schemas.webhooks import (
    Delivery,
    DeliveryPage,
    DeliveryState,
    TestSent,
    Webhook,
    WebhookList,
    WebhookReplayed,
    WebhookWithSecret,
)


class WebhookSettings(TypedDict, total=False):
    """What can be set of an endpoint; `types` and `products` None: all."""

    description: str
    types: Sequence[EventType] | None
    products: Sequence[str] | None
    ordered: bool


class WebhookChanges(WebhookSettings, total=False):
    """What can be changed of an endpoint."""

    url: str
    enabled: bool


class WebhookCalls(Sender):
    """The calls about webhooks. Raises ClientError.

    What makes something new, or delivers again, is not sent again after a lost answer.
    """

    @Method
    def webhooks(self) -> Steps[Sequence[Webhook]]:
        """Give the endpoints, oldest first."""
        return (yield from self._read(Call(method="GET", path="/v1/webhooks"), WebhookList)).webhooks

    @Method
    def webhook(self, webhook_id: str) -> Steps[Webhook]:
        """Give an endpoint, and how its deliveries go."""
        return self._read(Call(method="GET", path=_path(webhook_id)), Webhook)

    @Method
    def create_webhook(self, url: str, **settings: Unpack[WebhookSettings]) -> Steps[WebhookWithSecret]:
        """Make an endpoint; its `secret` is shown this once."""
        return self._read(_once("/v1/webhooks", {"url": url, **settings}), WebhookWithSecret)

    @Method
    def change_webhook(self, webhook_id: str, **changes: Unpack[WebhookChanges]) -> Steps[Webhook]:
        """Change an endpoint; what is not named stays."""
        return self._read(Call(method="PATCH", path=_path(webhook_id), json=dict(changes)), Webhook)

    @Method
    def rotate_webhook(self, webhook_id: str, *, keep_previous_h: float | None = None) -> Steps[WebhookWithSecret]:
        """Give an endpoint new keys; the previous ones sign too for some hours, by default 24."""
        body = {} if keep_previous_h is None else {"keep_previous_h": keep_previous_h}
        return self._read(_once(f"{_path(webhook_id)}/rotate", body), WebhookWithSecret)

    @Method
    def delete_webhook(self, webhook_id: str) -> Steps[None]:
        """Delete an endpoint with its log."""
        yield from self._send(Call(method="DELETE", path=_path(webhook_id), repeatable=False))

    @Method
    def test_webhook(self, webhook_id: str) -> Steps[str]:
        """Deliver a test event, and give its id; the log of deliveries has what came of it."""
        return (yield from self._read(_once(f"{_path(webhook_id)}/test"), TestSent)).event_id

    @Iteration
    def deliveries(self, webhook_id: str, *, state: DeliveryState | None = None) -> Items[Delivery]:
        """Iterate over what was delivered and what waits, newest event first; pages are fetched as needed."""
        cursor: str | None = None
        while True:
            params = query({"state": state, "cursor": cursor})
            call = Call(method="GET", path=f"{_path(webhook_id)}/deliveries", params=params)
            page = yield from self._read(call, DeliveryPage)
            for delivery in page.deliveries:
                yield Item(delivery)
            cursor = page.next_cursor
            if cursor is None:
                return

    @Method
    def replay_event(self, webhook_id: str, event_id: str) -> Steps[int]:
        """Deliver one event again under the id that it had; gives how many wait now because of this."""
        call = _once(f"{_path(webhook_id)}/replay", {"event_id": event_id})
        return (yield from self._read(call, WebhookReplayed)).deliveries

    @Method
    def replay_events(
        self,
        webhook_id: str,
        since: str | datetime,
        *,
        until: str | datetime | None = None,
        only_undelivered: bool = False,
    ) -> Steps[int]:
        """Deliver the events of a time again, each under the id that it had; gives how many wait now."""
        body = {**query({"since": since, "until": until}), "only_undelivered": only_undelivered}
        return (yield from self._read(_once(f"{_path(webhook_id)}/replay", body), WebhookReplayed)).deliveries


def _path(webhook_id: str) -> str:
    return f"/v1/webhooks/{part(webhook_id)}"


def _once(path: str, body: Mapping[str, Any] | None = None) -> Call:
    return Call(method="POST", path=path, repeatable=False, json=body)
