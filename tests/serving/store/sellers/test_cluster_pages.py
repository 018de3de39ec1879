from __future__ import annotations

import asyncio

import pytest

from serving.errors import ClusterNotFound
from serving.principal import SERVER, Principal
from serving.schemas.accounts import MemberSent
from serving.store.sellers.cluster_pages import ClusterPlace
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.store.sellers.selling import compute, contact, sell


async def fill(store: Store) -> None:
    """Clusters of 2, 3 and 4 sellers, of which the smallest asks most."""
    for size, price in ((2, 500.0), (3, 10.0), (4, 20.0)):
        for seller in range(size):
            await sell(store, f"{size}-{seller}", contact(str(size)), price=price, listing=f"{size}-{seller}")
    await compute(store)


def test_clusters_are_ranked_by_size_and_by_value_page_by_page(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await fill(store)
            pages = store.cluster_pages
            assert await pages.find_currencies(SERVER) == ["EUR"]
            seen: list[int] = []
            after: ClusterPlace | None = None
            while True:
                page = await pages.find_page(SERVER, sort="size", limit=1, after=after)
                seen += [one.listings for one in page.clusters]
                if (after := page.next_place) is None:
                    break
            assert seen == [4, 3, 2]
            by_value = await pages.find_page(SERVER, sort="value", currency="EUR", limit=9)
            assert [one.amount for one in by_value.clusters] == [1000.0, 80.0, 30.0]
            assert (await pages.find_page(SERVER, sort="value", currency="USD", limit=9)).clusters == []

    asyncio.run(work())


def test_a_listing_that_was_checked_twice_counts_once_with_its_latest_price(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await sell(store, "a", contact("1"), listing="1", price=10.0)
            await asyncio.sleep(0.002)  # ids of one millisecond have no order
            latest = await sell(store, "a", contact("1"), listing="1", price=7.0)
            await sell(store, "b", contact("1"), listing="2")
            await compute(store)
            [cluster] = (await store.cluster_pages.find_page(SERVER, sort="size", limit=9)).clusters
            assert (cluster.sellers, cluster.listings, cluster.amount) == (2, 2, 7.0)
            content = await store.cluster_pages.find(SERVER, cluster.cluster_id)
            assert {one.check_id for one in content.listings if one.seller_id == "a"} == {latest}
            assert set(content.shown.values()) == {"phone …1"}
            assert len(content.sightings) == 2

    asyncio.run(work())


def test_nobody_finds_a_cluster_of_others(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            sent = MemberSent.model_validate({"name": "A", "category": "toys", "country": "DK", "products": ["toy"]})
            member = await store.member_rows.add(SERVER, sent, NOW)
            await fill(store)
            [own] = (await store.cluster_pages.find_page(SERVER, sort="size", limit=1)).clusters
            caller = Principal(name="m", rate_key="m", member_id=member.member_id, products=frozenset({"toy"}))
            theirs = (await store.cluster_pages.find_page(caller, sort="size", limit=9)).clusters
            assert [one.listings for one in theirs] == [4, 3, 2]
            assert own.cluster_id not in {one.cluster_id for one in theirs}
            for reader, cluster_id in ((caller, own.cluster_id), (SERVER, theirs[0].cluster_id), (caller, "none")):
                with pytest.raises(ClusterNotFound, match="it may have joined another"):
                    await store.cluster_pages.find(reader, cluster_id)

    asyncio.run(work())
