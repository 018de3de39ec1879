from __future__ import annotations

import asyncio
import random

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.schemas.accounts import MemberSent
from serving.sellers.traced import party_of
from serving.store.sellers.changes import mark_changed
from serving.store.store import Store
from serving.store.tables import ClusterPartyRow, ClusterRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.store.sellers.selling import compute, contact, sell

NAMES = {party_of(letter, ""): letter for letter in "abcdefghijklmnopqrstuvwxyz"}


async def clusters(store: Store, member_id: str | None = None) -> dict[str, str]:
    """The sellers of each cluster, one letter each, by the cluster's id."""

    def work(session: Session) -> dict[str, str]:
        query = select(ClusterPartyRow).join(ClusterRow, ClusterRow.cluster_id == ClusterPartyRow.cluster_id)
        found: dict[str, str] = {}
        for row in session.scalars(query.where(ClusterRow.member_id.is_not_distinct_from(member_id))):
            found[row.cluster_id] = "".join(sorted(found.get(row.cluster_id, "") + NAMES[row.party]))
        return found

    return await store.event_rows._database.read(work)


async def groups(store: Store, member_id: str | None = None) -> list[str]:
    return sorted((await clusters(store, member_id)).values())


def test_a_cluster_grows_with_its_id_joins_another_and_falls_apart_where_a_check_is_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for seller in "abc":
                await sell(store, seller, contact("1"))
            await compute(store)
            [first] = await clusters(store)
            await sell(store, "d", contact("1"))
            for seller in "xy":
                await sell(store, seller, contact("2"))
            await compute(store)
            assert sorted((await clusters(store)).items(), key=lambda one: one[1]) == [
                (first, "abcd"), (next(one for one in await clusters(store) if one != first), "xy"),
            ]  # fmt: skip
            between = await sell(store, "x", contact("1"), listing="other")
            await compute(store)
            assert await clusters(store) == {first: "abcdxy"}
            await store.delete_one(SERVER, between)
            await compute(store)
            assert await groups(store) == ["abcd", "xy"]
            assert (await clusters(store))[first] == "abcd", "the larger part keeps the id"

    asyncio.run(work())


def test_a_value_that_becomes_common_joins_nobody_any_more(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for seller in "ab":
                await sell(store, seller, contact("a marketplace's own number"))
            await compute(store)
            assert await groups(store) == ["ab"]
            for number in range(40):
                await sell(store, f"seller {number}", contact("a marketplace's own number"))
            await compute(store)
            assert await groups(store) == []

    asyncio.run(work())


def test_clusters_by_and_by_are_those_of_all_at_once(place: Place) -> None:
    async def work() -> None:
        rng = random.Random(8)
        sold = [(rng.choice("abcdefghijklmnop"), str(rng.randrange(14))) for _ in range(40)]
        async with opened(place) as store:
            for seller, number in sold:
                await sell(store, seller, contact(number))
                await compute(store)
            by_and_by = await groups(store)
            await store.event_rows._database.write(lambda session: mark_changed(session, NAMES))
            await compute(store)
            assert await groups(store) == by_and_by
            assert by_and_by

    asyncio.run(work())


def test_a_member_has_clusters_of_its_own_products_as_if_there_were_no_others(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            sent = {"category": "toys", "country": "DK"}
            ids = [
                (
                    await store.member_rows.add(
                        SERVER, MemberSent.model_validate({"name": name, "products": [product], **sent}), NOW
                    )
                ).member_id
                for name, product in (("Acme", "toy"), ("Bolt", "mug"))
            ]
            await sell(store, "a", contact("1"), product="toy")
            await sell(store, "b", contact("1"), contact("2"), product="mug")
            await sell(store, "c", contact("2"), product="toy")
            await sell(store, "d", contact("2"), product="mug")
            await compute(store)
            assert await groups(store) == ["abcd"]
            assert await groups(store, ids[0]) == [], "a and c meet over another member's listing alone"
            assert await groups(store, ids[1]) == ["bd"]
            await store.member_rows.set_products(SERVER, ids[1], [])
            assert await groups(store, ids[1]) == []
            await store.member_rows.set_products(SERVER, ids[0], ["toy", "mug"])
            await compute(store)
            assert await groups(store, ids[0]) == ["abcd"]
            assert await groups(store) == ["abcd"]

    asyncio.run(work())
