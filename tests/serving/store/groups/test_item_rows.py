from __future__ import annotations

import asyncio
from pathlib import Path

from serving.principal import SERVER
from serving.store.groups.item_rows import NewItem
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_groups import make_group
from tests.serving.builders.stores import opened


def test_an_embedding_of_another_bundle_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            group = await make_group(store, "a")
            check_id = await group.confirm("a")

            async def give(bundle: str) -> tuple[str, str | None]:
                new = NewItem(kind="embedding", part=0, value=b"12", bundle_sha256=bundle)
                (item,) = await group.give("a", new, check_id=check_id)
                return item.item_id, item.bundle_sha256

            first, same, other = await give("one"), await give("one"), await give("two")
            assert first == same
            assert (first[1], other[1]) == ("one", "two")
            assert first[0] != other[0]
            assert len(await store.groups.items.find_page(SERVER, group.group_id, 9)) == 1

    asyncio.run(work())


def test_another_owner_of_a_product_shares_its_checks_anew_and_the_first_ones_item_goes(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            group = await make_group(store, "a", "b")
            check_id = await group.confirm("a")
            (first,) = await group.give("a", check_id=check_id)
            members = group.members
            await store.member_rows.set_products(SERVER, members["a"].member_id or "", [])
            await store.member_rows.set_products(SERVER, members["b"].member_id or "", ["a", "b"])
            from_now_on = type(members["b"])(
                name="b", rate_key="b", member_id=members["b"].member_id, products=frozenset({"a", "b"})
            )
            new = [NewItem(kind="photo_hash", part=0, value=bytes(32))]
            items = store.groups.items
            (second,) = await items.share(
                from_now_on, group.group_id, check_id, new, {"photo_hash"}, NOW, lambda _: None
            )
            assert second.member_id == members["b"].member_id != first.member_id
            assert await items.find_page(members["a"], group.group_id, 9) == []

    asyncio.run(work())
