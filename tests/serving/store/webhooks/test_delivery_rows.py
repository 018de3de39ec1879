from __future__ import annotations

import asyncio
import dataclasses
import datetime
import random
from collections.abc import Callable, Coroutine

import pytest

from serving.principal import SERVER, Principal
from serving.schemas.webhooks import Webhook
from serving.store.store import Store
from serving.store.webhooks.delivery_rows import AttemptMade
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.builders.webhooks import DELIVERED, FAILED, add_checks, add_endpoint, add_member, later

Run = Callable[[Callable[[Store], Coroutine[None, None, None]]], None]


@pytest.fixture
def run(place: Place) -> Run:
    """Run a function of a new store."""

    def run_one(work: Callable[[Store], Coroutine[None, None, None]]) -> None:
        async def opened_work() -> None:
            async with opened(place) as store:
                await work(store)

        asyncio.run(opened_work())

    return run_one


async def write_due(store: Store, webhook: Webhook) -> None:
    await store.event_rows.number()
    assert not await store.delivery_rows.write_due(webhook.webhook_id, NOW)


async def due(store: Store, webhook: Webhook, at: datetime.datetime = NOW) -> list[int]:
    """The ids of the deliveries that are due."""
    return [one.delivery_id for one in (await store.delivery_rows.find_due(webhook.webhook_id, at, 100))[1]]


async def record(store: Store, delivery_id: int, made: AttemptMade, at: datetime.datetime = NOW) -> None:
    await store.delivery_rows.record(delivery_id, dataclasses.replace(made, started_at=at), at, random.Random(1))


def test_one_server_at_a_time_delivers_to_an_endpoint_and_that_of_one_that_ended_is_taken_over(run: Run) -> None:
    async def work(store: Store) -> None:
        rows, webhook = store.delivery_rows, await add_endpoint(store)
        assert await rows.claim("one", NOW, 30) == [], "nothing happened yet"
        await add_checks(store, "toy")
        await store.event_rows.number()
        assert await rows.claim("one", NOW, 30) == [webhook.webhook_id]
        assert await rows.claim("two", later(seconds=29), 30) == []
        assert await rows.renew("one", [webhook.webhook_id], later(seconds=29), 30) == {webhook.webhook_id}
        assert await rows.claim("two", later(seconds=58), 30) == []
        assert await rows.claim("two", later(seconds=59), 30) == [webhook.webhook_id]
        assert await rows.renew("one", [webhook.webhook_id], later(seconds=60), 30) == set()
        await rows.release("one", webhook.webhook_id)
        assert await rows.claim("three", later(seconds=88), 30) == [], "still the second one's"
        await rows.release("two", webhook.webhook_id)
        assert await rows.claim("three", later(seconds=88), 30) == [webhook.webhook_id]

    run(work)


def test_two_servers_that_claim_at_once_share_the_endpoints(run: Run) -> None:
    async def work(store: Store) -> None:
        made = {(await add_endpoint(store)).webhook_id for _ in range(6)}
        await add_checks(store, "toy")
        await store.event_rows.number()
        shares = await asyncio.gather(*(store.delivery_rows.claim(f"server {n}", NOW, 30) for n in range(4)))
        assert sorted(one for share in shares for one in share) == sorted(made)

    run(work)


def test_events_are_written_once_for_each_endpoint_that_wants_them(run: Run) -> None:
    async def work(store: Store) -> None:
        member = await add_member(store, "toys", {"toy"})
        toys = Principal(name="t", rate_key="t", member_id=member, products=frozenset({"toy"}))
        everything, of_toys, mugs, reviews = (
            await add_endpoint(store),
            await add_endpoint(store, principal=toys),
            await add_endpoint(store, products=["mug"]),
            await add_endpoint(store, types=["review.decided"]),
        )
        ids = await add_checks(store, "toy", "mug", "toy")
        await store.review_rows.add(SERVER, ids[1], "genuine", "", NOW)
        for _ in range(2):
            for webhook in (everything, of_toys, mugs, reviews):
                await write_due(store, webhook)
        assert [len(await due(store, webhook)) for webhook in (everything, of_toys, mugs, reviews)] == [4, 2, 2, 1]
        _, [first, _] = await store.delivery_rows.find_due(of_toys.webhook_id, NOW, 100)
        assert first.event is not None
        assert (first.event_id, first.event.data["check_id"]) == (f"evt_{ids[0]}", ids[0])

    run(work)


def test_a_failed_delivery_is_due_again_later_and_a_delivered_one_never(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store)
        await add_checks(store, "toy", "toy")
        await write_due(store, webhook)
        one, two = await due(store, webhook)
        await record(store, one, DELIVERED)
        await record(store, two, FAILED)
        assert await due(store, webhook, later(seconds=4)) == []
        assert await due(store, webhook, later(seconds=6)) == [two]
        assert (await store.endpoint_rows.find(SERVER, webhook.webhook_id)).failing_since is not None
        await record(store, two, DELIVERED, later(seconds=6))
        assert await due(store, webhook, later(days=99)) == []
        found = await store.endpoint_rows.find(SERVER, webhook.webhook_id)
        assert (found.failing_since, found.waiting) == (None, 0)

    run(work)


def test_an_ordered_endpoint_waits_for_the_earlier_event_until_it_is_delivered_or_given_up(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store, ordered=True)
        await add_checks(store, "toy", "toy", "toy")
        await write_due(store, webhook)
        [first] = await due(store, webhook)
        await record(store, first, FAILED)
        assert await due(store, webhook) == []
        assert await store.delivery_rows.claim("s", NOW, 30) == [], "the others are due, and wait"
        assert await due(store, webhook, later(minutes=1)) == [first]
        await record(store, first, DELIVERED)
        [second] = await due(store, webhook)
        at = NOW
        for _ in range(10):
            at += datetime.timedelta(days=2)
            [waiting] = await due(store, webhook, at)
            assert waiting == second
            await store.endpoint_rows.change(SERVER, webhook.webhook_id, {"failing_since": None, "failures": 0}, at)
            await record(store, second, FAILED, at)
        assert await due(store, webhook, later(days=99)) not in ([], [second]), "given up"

    run(work)


def test_an_endpoint_that_asks_to_wait_is_sent_nothing_meanwhile(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store)
        await add_checks(store, *["toy"] * 4)
        await write_due(store, webhook)
        one, two, three, four = await due(store, webhook)
        throttled = dataclasses.replace(FAILED, status=429, code="throttled", retry_after_s=120.0)
        await record(store, one, throttled)
        for delivery, made in ((two, DELIVERED), (three, FAILED)):  # whose attempts ran meanwhile
            await record(store, delivery, made)
            assert await due(store, webhook, later(seconds=119)) == []
        assert await store.delivery_rows.claim("s", later(seconds=119), 30) == []
        assert await due(store, webhook, later(seconds=121)) == [four, one, three]
        await record(store, four, DELIVERED, later(seconds=121))
        assert (await store.endpoint_rows.find(SERVER, webhook.webhook_id)).paused_until is None

    run(work)


def test_after_many_failures_one_attempt_at_a_time_finds_out_whether_an_endpoint_works(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store)
        await add_checks(store, *["toy"] * 6)
        await write_due(store, webhook)
        failing = await due(store, webhook)
        for delivery in failing[:5]:
            await record(store, delivery, FAILED)
        target, found = await store.delivery_rows.find_due(webhook.webhook_id, NOW, 100)
        assert (target, found) == (None, [])
        target, found = await store.delivery_rows.find_due(webhook.webhook_id, later(seconds=6), 100)
        assert target is not None
        assert target.one_at_a_time
        await record(store, failing[5], DELIVERED, later(seconds=6))
        target, found = await store.delivery_rows.find_due(webhook.webhook_id, later(seconds=6), 100)
        assert target is not None
        assert not target.one_at_a_time

    run(work)


def test_410_switches_an_endpoint_off_at_once_and_its_owner_reads_so_in_the_events(run: Run) -> None:
    async def work(store: Store) -> None:
        member = await add_member(store, "toys", {"toy"})
        toys = Principal(name="t", rate_key="t", member_id=member, products=frozenset({"toy"}))
        webhook = await add_endpoint(store, "https://hooks.example/T0/s3cret?key=s3cret", principal=toys)
        await add_checks(store, "toy")
        await write_due(store, webhook)
        [only] = await due(store, webhook)
        await record(store, only, dataclasses.replace(FAILED, status=410, code="gone", gone=True))
        found = await store.endpoint_rows.find(toys, webhook.webhook_id)
        assert (found.enabled, found.disabled_reason, found.waiting) == (False, "gone", 1)
        await store.event_rows.number()
        [event] = (await store.event_rows.find_page(toys, after=0, limit=9, types=["webhook.disabled"])).events
        assert (event.data["webhook_id"], event.data["reason"]) == (webhook.webhook_id, "gone")
        assert event.data["host"] == "hooks.example"
        assert "s3cret" not in event.model_dump_json(), "who may read events may not read URLs of webhooks"
        other = dataclasses.replace(toys, member_id="other")
        assert (await store.event_rows.find_page(other, after=0, limit=9, types=["webhook.disabled"])).events == []

    run(work)


def test_an_endpoint_that_fails_for_five_days_is_switched_off_and_one_success_starts_the_days_anew(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store)
        await add_checks(store, *["toy"] * 6)
        await write_due(store, webhook)
        deliveries = await due(store, webhook)
        await record(store, deliveries[0], FAILED, NOW)
        await record(store, deliveries[1], DELIVERED, later(days=1))
        for delivery, days in zip(deliveries[2:], (1.5, 4.0, 6.4, 6.5), strict=True):
            assert (await store.endpoint_rows.find(SERVER, webhook.webhook_id)).enabled, days
            await record(store, delivery, FAILED, later(days=days))
        assert (await store.endpoint_rows.find(SERVER, webhook.webhook_id)).disabled_reason == "failing"

    run(work)


def test_what_is_due_of_a_deleted_check_has_its_id_alone_and_an_event_that_is_gone_is_none(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store)
        [check_id] = await add_checks(store, "toy")
        await write_due(store, webhook)
        await store.delete_one(SERVER, check_id)
        _, [found] = await store.delivery_rows.find_due(webhook.webhook_id, NOW, 9)
        assert found.event is not None
        assert found.event.data == {"check_id": check_id, "deleted": True}
        await store.event_rows.delete_before(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1))
        _, [found] = await store.delivery_rows.find_due(webhook.webhook_id, NOW, 9)
        assert found.event is None

    run(work)


def test_an_attempt_at_a_delivery_whose_endpoint_was_deleted_is_dropped(run: Run) -> None:
    async def work(store: Store) -> None:
        webhook = await add_endpoint(store)
        await add_checks(store, "toy")
        await write_due(store, webhook)
        [only] = await due(store, webhook)
        await store.endpoint_rows.delete(SERVER, webhook.webhook_id)
        await record(store, only, DELIVERED)
        assert await store.delivery_rows.find_oldest_waiting() is None
        assert not await store.delivery_rows.has_endpoints()

    run(work)
