"""Endpoints of webhooks in a store, and what delivers to them, without a server."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy.orm import Session

from serving.monitoring.webhook_metrics import WebhookMetrics
from serving.principal import SERVER, Principal
from serving.schemas.webhooks import Webhook, WebhookSent
from serving.store.store import Store
from serving.store.tables import MemberProductRow, MemberRow
from serving.store.webhooks.delivery_rows import AttemptMade
from serving.store.webhooks.endpoint_rows import NewEndpoint
from serving.webhook_signature import new_secret, new_signing_key
from serving.webhooks.config import WebhookSettings
from serving.webhooks.dispatcher import Dispatcher
from serving.webhooks.sender import open_sender
from tests.serving.builders.new_checks import NOW, new_check

DELIVERED = AttemptMade(started_at=NOW, duration_ms=1, status=200, code="delivered", answer="", delivered=True)
FAILED = dataclasses.replace(DELIVERED, status=500, code="server_error", delivered=False)


async def add_endpoint(
    store: Store, url: str = "https://hooks.example/a", principal: Principal = SERVER, **sent: Any
) -> Webhook:
    new = NewEndpoint(sent=WebhookSent(url=url, **sent), keys=(new_secret(), new_signing_key()))
    return await store.endpoint_rows.add(principal, new, NOW, 20)


async def add_checks(store: Store, *products: str) -> list[str]:
    """Store a check of each product, whose events are numbered in this order, and give their ids."""
    ids = []
    for product in products:
        new = new_check()
        await store.check_rows.add(dataclasses.replace(new, answer=new.answer.model_copy(update={"product": product})))
        await store.event_rows.number()  # each by itself: ids of one millisecond have no order
        ids.append(new.answer.check_id)
    return ids


def loopback_settings(ports: Sequence[int], **settings: Any) -> WebhookSettings:
    """Settings that deliver to receivers on loopback, without waiting long, except for a server that stopped."""
    chosen = {"allow_http": True, "allow_networks": ("127.0.0.0/8",), "poll_s": 0.02, "lease_s": 60.0, **settings}
    return WebhookSettings(ports=tuple(ports), **chosen)


@contextlib.asynccontextmanager
async def dispatching(store: Store, settings: WebhookSettings) -> AsyncIterator[Dispatcher]:
    """Deliver what the store has while the block runs."""
    dispatcher = Dispatcher(
        event_rows=store.event_rows,
        delivery_rows=store.delivery_rows,
        make_sender=lambda: open_sender(settings),
        settings=settings,
        metrics=WebhookMetrics(CollectorRegistry()),
        rng=random.Random(1),
    )
    task = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(happened: Callable[[], Awaitable[bool] | bool], seconds: float = 60.0) -> None:
    """Wait until something happened; fails when it does not."""
    end = time.monotonic() + seconds
    while True:
        found = happened()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def later(**time_passed: float) -> datetime.datetime:
    return NOW + datetime.timedelta(**time_passed)


async def add_member(store: Store, name: str, products: set[str]) -> str:
    """Store a member with products, and give its id."""
    member = MemberRow(member_id=name, name=name, category="toys", country="DE", created_at=NOW)

    def work(session: Session) -> None:
        session.add(member)
        session.flush()
        session.add_all(MemberProductRow(product=product, member_id=name) for product in sorted(products))

    await store.endpoint_rows._database.write(work)
    return name
