from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select

from serving.errors import LinkNotFound
from serving.principal import SERVER, Principal
from serving.sellers.traced import party_of
from serving.store.sellers.removal_rows import NewRemoval
from serving.store.tables import AuditEntryRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.store.sellers.selling import compute, contact, sell
from tests.serving.store.sellers.test_cluster_rows import groups

LEFT, RIGHT = sorted((party_of("a", ""), party_of("b", "")))
REMOVAL = NewRemoval(cluster_id="c", kind="contact", left=LEFT, right=RIGHT, reason="a forwarder's number")


def test_a_removed_link_stays_away_when_it_is_found_again_until_it_is_restored(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for seller in "ab":
                await sell(store, seller, contact("1"))
            await compute(store)
            assert await groups(store) == ["ab"]
            first = await store.removal_rows.remove(SERVER, REMOVAL, NOW)
            again = await store.removal_rows.remove(SERVER, REMOVAL, NOW)
            assert again == first
            assert {first.left_seller_id, first.right_seller_id} == {"a", "b"}
            await compute(store)
            assert await groups(store) == []
            await sell(store, "a", contact("1"), contact("2"))
            await sell(store, "b", contact("2"))
            await compute(store)
            assert await groups(store) == [], "also what of this kind is found later"
            restored = await store.removal_rows.restore(SERVER, first.removal_id, NOW)
            assert restored.restored_at == NOW
            await compute(store)
            assert await groups(store) == ["ab"]
            assert [one.removal_id for one in await store.removal_rows.find_page(SERVER, limit=9)] == [1]
            assert await store.removal_rows.find_active(SERVER) == []

    asyncio.run(work())


def test_each_removal_and_restoration_is_one_event_and_one_audit_entry_that_name_no_seller(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for _ in range(2):
                removal = await store.removal_rows.remove(SERVER, REMOVAL, NOW)
            for _ in range(2):
                await store.removal_rows.restore(SERVER, removal.removal_id, NOW)
            await store.event_rows.number()
            events = (await store.event_rows.find_page(SERVER, after=0, limit=9)).events
            assert [(event.type, event.data["removal_id"]) for event in events] == [
                ("cluster.link_removed", 1),
                ("cluster.link_restored", 1),
            ]
            assert LEFT not in str(events)
            read = store.event_rows._database.read
            entries = await read(lambda session: list(session.scalars(select(AuditEntryRow.content))))
            assert [json.loads(entry)["action"] for entry in entries] == [event.type for event in events]
            assert LEFT not in str(entries)

    asyncio.run(work())


def test_a_member_neither_sees_nor_restores_the_operators_removals(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            removal = await store.removal_rows.remove(SERVER, REMOVAL, NOW)
            member = Principal(name="m", rate_key="m", member_id="m1", products=frozenset({"toy"}))
            assert await store.removal_rows.find_page(member, limit=9) == []
            with pytest.raises(LinkNotFound):
                await store.removal_rows.restore(member, removal.removal_id, NOW)

    asyncio.run(work())
