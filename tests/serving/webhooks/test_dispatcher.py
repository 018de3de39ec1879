from __future__ import annotations

import asyncio
import datetime
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.principal import SERVER
from serving.schemas.webhooks import Webhook
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened
from tests.serving.builders.webhooks import add_checks, add_endpoint, dispatching, loopback_settings, until
from tests.serving.servers.loopback_only import loopback_only
from tests.serving.servers.photo_host import Visit
from tests.serving.servers.receiver import Receiver, receiver


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with loopback_only():
        yield


async def codes_of(store: Store, webhook: Webhook) -> list[list[str]]:
    """The codes of each event's attempts, oldest event first."""
    page = await store.delivery_log.find_page(SERVER, webhook.webhook_id, before=None, limit=200, state=None)
    return [[attempt.code for attempt in one.attempts] for one in reversed(page.deliveries)]


def test_each_event_is_delivered_once_with_what_events_say(tmp_path: Path) -> None:
    async def work(host: Receiver) -> None:
        async with opened(tmp_path) as store, dispatching(store, loopback_settings([host.port])):
            webhook = await add_endpoint(store, host.url("/204"))
            ids = await add_checks(store, *["toy"] * 30)
            await until(lambda: len(host.received) >= 30)

            async def all_recorded() -> bool:
                return await codes_of(store, webhook) == [["delivered"]] * 30

            await until(all_recorded)
            assert sorted(one.headers["webhook-id"] for one in host.received) == sorted(f"evt_{one}" for one in ids)
            events = (await store.event_rows.find_page(SERVER, after=0, limit=99)).events
            read = {event.id: event.model_dump(mode="json") for event in events}
            assert all(json.loads(one.body) == read[one.headers["webhook-id"]] for one in host.received)

    with receiver() as host:
        asyncio.run(work(host))


def test_an_endpoint_that_hangs_holds_up_no_other(tmp_path: Path) -> None:
    async def work(host: Receiver) -> None:
        settings = loopback_settings([host.port], timeout_s=60)
        async with opened(tmp_path) as store, dispatching(store, settings):
            await add_endpoint(store, host.url("/hang"))
            await add_endpoint(store, host.url("/hang"), ordered=True)
            await add_checks(store, "toy")
            await until(lambda: len(host.at("/hang")) == 2)
            await add_checks(store, *["toy"] * 10)  # which its one slow attempt does not hold up either
            allowed = settings.max_at_once + 1  # to the ordered one, one at a time
            await until(lambda: len(host.at("/hang")) == allowed)
            good = await add_endpoint(store, host.url("/200"))
            await add_checks(store, *["toy"] * 10)
            await until(lambda: len(host.at("/200")) == 10)
            assert len(host.at("/hang")) == allowed, "and they have only so many at once"
            assert (await store.endpoint_rows.find(SERVER, good.webhook_id)).failing_since is None

    with receiver() as host:
        asyncio.run(work(host))


def test_an_ordered_endpoint_gets_one_after_another_in_order(tmp_path: Path) -> None:
    running: list[int] = []

    def answer(visit: Visit) -> None:
        running.append(1)
        assert len(running) == 1
        visit.answer("204 No Content")
        running.pop()

    async def work(host: Receiver) -> None:
        async with opened(tmp_path) as store, dispatching(store, loopback_settings([host.port])):
            await add_endpoint(store, host.url("/one"), ordered=True)
            await add_checks(store, *["toy"] * 20)
            await until(lambda: len(host.received) == 20)
            numbers = [json.loads(one.body)["sequence"] for one in host.received]
            assert numbers == sorted(numbers)

    with receiver({"/one": answer}) as host:
        asyncio.run(work(host))


def test_a_failed_delivery_is_repeated_under_the_same_id_and_410_ends_them(tmp_path: Path) -> None:
    answers = iter(["500 No", "204 No Content", "410 Gone"])

    async def work(host: Receiver) -> None:
        async with opened(tmp_path) as store, dispatching(store, loopback_settings([host.port])):
            webhook = await add_endpoint(store, host.url("/one"))
            await add_checks(store, "toy")
            await until(lambda: len(host.received) == 2)  # five seconds later, the first step of the schedule
            first, second = host.received
            assert first.headers["webhook-id"] == second.headers["webhook-id"]
            assert first.body == second.body
            assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
            await add_checks(store, "toy")

            async def is_off() -> bool:
                return not (await store.endpoint_rows.find(SERVER, webhook.webhook_id)).enabled

            await until(is_off)
            assert await codes_of(store, webhook) == [["server_error", "delivered"], ["gone"]]

    with receiver({"/one": lambda visit: visit.answer(next(answers), {"Content-Length": "0"})}) as host:
        asyncio.run(work(host))


def test_an_event_that_is_not_kept_is_given_up(tmp_path: Path) -> None:
    async def work(host: Receiver) -> None:
        async with opened(tmp_path) as store:
            webhook = await add_endpoint(store, host.url("/200"))
            await add_checks(store, "toy")
            await store.event_rows.number()
            await store.delivery_rows.write_due(webhook.webhook_id, NOW)
            await store.event_rows.delete_before(NOW.replace(year=2999))
            async with dispatching(store, loopback_settings([host.port])):

                async def is_given_up() -> bool:
                    return await codes_of(store, webhook) == [["event_not_kept"]]

                await until(is_given_up)
            assert host.received == []
            assert (await store.endpoint_rows.find(SERVER, webhook.webhook_id)).failing_since is None

    with receiver() as host:
        asyncio.run(work(host))


def test_two_servers_of_one_store_deliver_each_event_once(tmp_path: Path) -> None:
    async def work(host: Receiver) -> None:
        settings = loopback_settings([host.port])
        async with opened(tmp_path) as store, dispatching(store, settings), dispatching(store, settings):
            for _ in range(3):
                await add_endpoint(store, host.url("/200"))
            for _ in range(10):
                await add_checks(store, "toy", "toy")
                await asyncio.sleep(0.03)
            await until(lambda: len(host.received) >= 60)
            await asyncio.sleep(0.2)
            assert len(host.received) == 60

    with receiver() as host:
        asyncio.run(work(host))


def test_a_server_that_stops_leaves_its_endpoints_to_the_others_at_once(tmp_path: Path) -> None:
    async def work(host: Receiver) -> None:
        settings = loopback_settings([host.port], timeout_s=60, lease_s=3600)
        async with opened(tmp_path) as store:
            webhook = await add_endpoint(store, host.url("/hang"))
            await add_checks(store, "toy")
            async with dispatching(store, settings):
                await until(lambda: len(host.received) == 1)
                assert await store.delivery_rows.claim("other", datetime.datetime.now(datetime.UTC), 30) == []
            now = datetime.datetime.now(datetime.UTC)
            assert await store.delivery_rows.claim("other", now, 30) == [webhook.webhook_id]

    with receiver() as host:
        asyncio.run(work(host))


def test_a_server_that_stood_still_stops_delivering_to_endpoints_that_another_took(tmp_path: Path) -> None:
    left = threading.Event()

    def wait(visit: Visit) -> None:
        visit.connection.recv(1)  # until the sender closes
        left.set()

    async def work(host: Receiver) -> None:
        settings = loopback_settings([host.port], timeout_s=60, lease_s=1)
        async with opened(tmp_path) as store:
            webhook = await add_endpoint(store, host.url("/wait"), ordered=True)
            await add_checks(store, "toy", "toy")
            async with dispatching(store, settings):
                await until(lambda: len(host.received) == 1)
                in_an_hour = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
                assert await store.delivery_rows.claim("other", in_an_hour, 3600) == [webhook.webhook_id]
                await until(left.is_set)
                await asyncio.sleep(0.1)
                assert len(host.received) == 1

    with receiver({"/wait": wait}) as host:
        asyncio.run(work(host))
