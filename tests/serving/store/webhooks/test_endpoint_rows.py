from __future__ import annotations

import asyncio

import pytest

from serving.errors import TooManyWebhooks, WebhookNotFound
from serving.principal import SERVER, Principal
from serving.schemas.webhooks import WebhookSent
from serving.store.webhooks.endpoint_rows import NewEndpoint
from serving.webhook_signature import new_secret, new_signing_key
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.builders.webhooks import add_checks, add_endpoint, add_member, later


def test_an_endpoint_gets_what_happens_after_it_was_made(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_checks(store, "toy")
            await store.event_rows.number()
            made = await add_endpoint(store, types=["check.completed"], products=["toy", "mug", "toy"])
            assert (made.enabled, made.ordered, made.products, made.waiting) == (True, False, ["mug", "toy"], 0)
            assert made == await store.endpoint_rows.find(SERVER, made.webhook_id)
            assert not await store.delivery_rows.write_due(made.webhook_id, NOW)
            await add_checks(store, "toy", "hat")
            await store.event_rows.number()
            await store.delivery_rows.write_due(made.webhook_id, NOW)
            found = await store.endpoint_rows.find(SERVER, made.webhook_id)
            assert (found.waiting, found.oldest_waiting_at is None) == (1, False)

    asyncio.run(work())


def test_a_member_sees_its_own_endpoints_and_the_operator_all(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            members = [await add_member(store, name, {name}) for name in ("toys", "mugs")]
            toys, mugs = (
                Principal(name=name, rate_key=name, member_id=member, products=frozenset({name}))
                for name, member in zip(("toys", "mugs"), members, strict=True)
            )
            made = await add_endpoint(store, principal=toys)
            operators = await add_endpoint(store)
            assert [one.webhook_id for one in await store.endpoint_rows.find_all(SERVER)] == sorted(
                [made.webhook_id, operators.webhook_id]
            )
            assert [one.webhook_id for one in await store.endpoint_rows.find_all(toys)] == [made.webhook_id]
            assert await store.endpoint_rows.find_all(mugs) == []
            for refused in (
                store.endpoint_rows.find(mugs, made.webhook_id),
                store.endpoint_rows.change(mugs, made.webhook_id, {"ordered": True}, NOW),
                store.endpoint_rows.rotate(toys, operators.webhook_id, ["k"], NOW),
                store.endpoint_rows.delete(mugs, made.webhook_id),
            ):
                with pytest.raises(WebhookNotFound, match="whe_"):
                    await refused
            await store.endpoint_rows.delete(toys, made.webhook_id)
            assert len(await store.endpoint_rows.find_all(SERVER)) == 1

    asyncio.run(work())


def test_there_are_only_so_many_of_one_owner(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new = NewEndpoint(sent=WebhookSent(url="https://a.example/"), keys=(new_secret(), new_signing_key()))
            await store.endpoint_rows.add(SERVER, new, NOW, 1)
            with pytest.raises(TooManyWebhooks, match="max_endpoints"):
                await store.endpoint_rows.add(SERVER, new, NOW, 1)

    asyncio.run(work())


def test_an_endpoint_that_is_switched_off_and_on_goes_on_where_it_was(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.endpoint_rows
            made = await add_endpoint(store)
            off = await rows.change(SERVER, made.webhook_id, {"enabled": False}, NOW)
            assert (off.enabled, off.disabled_reason) == (False, "by_owner")
            await add_checks(store, "toy")
            await store.event_rows.number()
            assert await store.delivery_rows.claim("s", NOW, 30) == []
            on = await rows.change(SERVER, made.webhook_id, {"enabled": True, "description": "x"}, NOW)
            assert (on.enabled, on.disabled_at, on.disabled_reason, on.description) == (True, None, None, "x")
            assert await store.delivery_rows.claim("s", NOW, 30) == [made.webhook_id]

    asyncio.run(work())


def test_previous_keys_sign_until_their_time(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            made = await add_endpoint(store)
            before, _ = await store.delivery_rows.find_due(made.webhook_id, NOW, 1)
            keys = [new_secret(), new_signing_key()]
            rotated = await store.endpoint_rows.rotate(SERVER, made.webhook_id, keys, later(hours=1))
            assert rotated.public_key != made.public_key
            assert before is not None
            for at, expected in ((later(minutes=59), (*keys, *before.keys)), (later(hours=1), tuple(keys))):
                target, _ = await store.delivery_rows.find_due(made.webhook_id, at, 1)
                assert target is not None
                assert target.keys == expected

    asyncio.run(work())
