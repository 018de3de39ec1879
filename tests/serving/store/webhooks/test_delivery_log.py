from __future__ import annotations

import asyncio
import dataclasses
import datetime
import random

import pytest

from serving.errors import EventNotFound, WebhookDisabled, WebhookNotFound
from serving.principal import SERVER, Principal
from serving.store.store import Store
from serving.store.webhooks import delivery_log
from serving.store.webhooks.delivery_log import Range
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.builders.webhooks import DELIVERED, FAILED, add_checks, add_endpoint, add_member, later

ALWAYS = Range(since=NOW, until=datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC), only_undelivered=False)


async def deliver_all(store: Store, webhook_id: str, *, but: str | None = None) -> None:
    """Record each due delivery as delivered, but that of one event as failed."""
    await store.event_rows.number()
    await store.delivery_rows.write_due(webhook_id, NOW)
    _, found = await store.delivery_rows.find_due(webhook_id, NOW, 1000)
    for one in found:
        made = FAILED if one.event_id == but else DELIVERED
        await store.delivery_rows.record(one.delivery_id, made, NOW, random.Random(1))


def test_the_log_has_each_attempt_newest_event_first_page_by_page(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            webhook_id = (await add_endpoint(store)).webhook_id
            ids = [f"evt_{one}" for one in await add_checks(store, "toy", "toy", "toy")]
            await deliver_all(store, webhook_id, but=ids[1])
            log = store.delivery_log
            first = await log.find_page(SERVER, webhook_id, before=None, limit=2, state=None)
            assert [one.event_id for one in first.deliveries] == [ids[2], ids[1]]
            failed = first.deliveries[1]
            assert (failed.state, failed.type, failed.next_attempt_at is None) == ("waiting", "check.completed", False)
            assert [(one.code, one.status) for one in failed.attempts] == [("server_error", 500)]
            assert first.next_cursor is not None
            second = await log.find_page(SERVER, webhook_id, before=int(first.next_cursor), limit=2, state=None)
            assert [one.event_id for one in second.deliveries] == [ids[0]]
            assert (second.deliveries[0].state, second.next_cursor) == ("delivered", None)
            only = await log.find_page(SERVER, webhook_id, before=None, limit=9, state="delivered")
            assert len(only.deliveries) == 2
            member = Principal(name="m", rate_key="m", member_id="m", products=frozenset({"toy"}))
            with pytest.raises(WebhookNotFound):
                await log.find_page(member, webhook_id, before=None, limit=2, state=None)

    asyncio.run(work())


def test_one_event_or_a_range_is_delivered_again_under_its_id(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_log, "REPLAYED_AT_ONCE", 2)

    async def work() -> None:
        async with opened(place) as store:
            before_it = await add_checks(store, "toy")
            await store.event_rows.number()
            webhook_id = (await add_endpoint(store, types=["check.completed"])).webhook_id
            ids = [f"evt_{one}" for one in [*before_it, *await add_checks(store, "toy", "toy", "toy")]]
            await deliver_all(store, webhook_id, but=ids[2])
            log = store.delivery_log

            async def waiting() -> list[str]:
                _, found = await store.delivery_rows.find_due(webhook_id, NOW, 100)
                return sorted(one.event_id for one in found)

            assert await waiting() == []
            assert await log.replay_one(SERVER, webhook_id, ids[1], NOW) == 1
            assert await waiting() == [ids[1]]
            assert await log.replay_range(SERVER, webhook_id, ALWAYS, NOW) == 4
            assert await waiting() == sorted(ids), "also the one before the endpoint was made"
            await deliver_all(store, webhook_id, but=ids[2])
            only = dataclasses.replace(ALWAYS, only_undelivered=True)
            assert await log.replay_range(SERVER, webhook_id, only, NOW) == 1
            assert await waiting() == [ids[2]]
            assert await log.replay_range(SERVER, webhook_id, dataclasses.replace(ALWAYS, until=NOW), NOW) == 0
            with pytest.raises(EventNotFound, match="'evt_x'"):
                await log.replay_one(SERVER, webhook_id, "evt_x", NOW)
            await store.endpoint_rows.change(SERVER, webhook_id, {"enabled": False}, NOW)
            for refused in (
                log.replay_one(SERVER, webhook_id, ids[1], NOW),
                log.replay_range(SERVER, webhook_id, ALWAYS, NOW),
                log.add_test(SERVER, webhook_id, NOW),
            ):
                with pytest.raises(WebhookDisabled, match="enabled = true"):
                    await refused

    asyncio.run(work())


def test_a_test_event_goes_to_the_endpoint_that_asked_for_it_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            one, other = await add_endpoint(store, types=["job.completed"]), await add_endpoint(store)
            event_id = await store.delivery_log.add_test(SERVER, one.webhook_id, NOW)
            for webhook in (one, other):
                await store.delivery_rows.write_due(webhook.webhook_id, NOW)
            _, [found] = await store.delivery_rows.find_due(one.webhook_id, NOW, 9)
            assert found.event is not None
            assert (found.event_id, found.event.type) == (event_id, "webhook.test")
            assert (await store.delivery_rows.find_due(other.webhook_id, NOW, 9))[1] == []

    asyncio.run(work())


def test_the_log_of_old_events_is_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            webhook_id = (await add_endpoint(store)).webhook_id
            await add_checks(store, "toy", "toy")
            await deliver_all(store, webhook_id)
            assert await store.delivery_log.delete_before(NOW) == 0
            assert await store.delivery_log.delete_before(later(days=365_000)) == 2
            page = await store.delivery_log.find_page(SERVER, webhook_id, before=None, limit=9, state=None)
            assert page.deliveries == []

    asyncio.run(work())


def test_no_event_of_another_member_is_delivered_to_a_members_endpoint(place: Place) -> None:
    """Neither by its id, nor where it waited as the product was taken from the member."""

    async def work() -> None:
        async with opened(place) as store:
            members = {name: await add_member(store, name, {name}) for name in ("acme", "bolt")}
            acme, bolt = (
                Principal(name=name, rate_key=name, member_id=members[name], products=frozenset({name}))
                for name in members
            )
            own = (await add_endpoint(store, principal=acme)).webhook_id
            foreign = (await add_endpoint(store, principal=bolt)).webhook_id
            (check_id,) = await add_checks(store, "bolt")
            tested = await store.delivery_log.add_test(bolt, foreign, NOW)
            await store.event_rows.number()
            for event_id in (f"evt_{check_id}", tested):
                with pytest.raises(EventNotFound):
                    await store.delivery_log.replay_one(acme, own, event_id, NOW)
                assert await store.delivery_log.replay_one(bolt, foreign, event_id, NOW) == 1
            await store.member_rows.set_products(SERVER, members["bolt"], [])
            _, due = await store.delivery_rows.find_due(foreign, NOW, 9)
            seen = {one.event_id: one.event is not None for one in due}
            assert seen == {f"evt_{check_id}": False, tested: True}

    asyncio.run(work())
