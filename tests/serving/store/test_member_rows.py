"""Members as they are kept."""

from __future__ import annotations

import asyncio

import pytest

from serving.audit_log.entry import as_json
from serving.errors import MemberNotFound, ProductTaken
from serving.principal import SERVER, Principal
from serving.schemas.accounts import MemberSent
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def sent(name: str, *products: str) -> MemberSent:
    return MemberSent(name=name, category="toys", country="DK", products=list(products))


def test_a_refused_member_leaves_nothing_and_a_made_one_an_entry(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.member_rows
            acme = await rows.add(SERVER, sent("Acme", "kite", "toy"), NOW)
            with pytest.raises(ProductTaken, match="'toy'"):
                await rows.add(SERVER, sent("Bolt", "bolt", "toy"), NOW)
            assert await rows.find_all(SERVER) == [acme]
            bolt = await rows.add(SERVER, sent("Bolt", "bolt"), NOW)
            (first, second) = [as_json(one) for one in await store.audit_rows.find_after(SERVER, 9)]
            assert (first["object"], second["object"]) == (
                {"kind": "member", "id": acme.member_id},
                {"kind": "member", "id": bolt.member_id},
            )

    asyncio.run(work())


def test_a_member_reads_itself_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.member_rows
            acme, bolt = await rows.add(SERVER, sent("Acme"), NOW), await rows.add(SERVER, sent("Bolt"), NOW)
            caller = Principal(name="k", rate_key="k", member_id=acme.member_id, products=frozenset())
            assert await rows.find_all(caller) == [acme]
            with pytest.raises(MemberNotFound):
                await rows.set_products(caller, bolt.member_id, [])

    asyncio.run(work())
