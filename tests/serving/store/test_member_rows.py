"""Members as they are kept."""

from __future__ import annotations

import asyncio

import pytest

from serving.audit_log.entry import as_json
from serving.errors import MemberNotFound, ProductTaken
from serving.principal import SERVER, Principal
from serving.schemas.accounts import MemberSent, UserSent
from serving.store.audit_rows import AuditFilter
from tests.serving.builders.keys import add_key
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stored_jobs import add_job, member
from tests.serving.builders.stores import Place, opened
from tests.serving.builders.webhooks import add_endpoint


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


def test_all_of_a_member_goes_but_its_checks_and_nothing_of_another(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            ids = []
            for name in ("Acme", "Bolt"):
                ids.append((await store.member_rows.add(SERVER, sent(name, name.lower()), NOW)).member_id)
            jobs, keys = [], []
            for member_id in ids:
                own = member(member_id)
                await store.user_rows.add(SERVER, UserSent(name="A", email="a@b.example", member_id=member_id), NOW)
                keys.append(await add_key(store.key_rows, NOW, member_id=member_id))
                await add_endpoint(store, principal=own)
                jobs.append((await add_job(store, 2, caller=own)).job_id)
            check = new_check(member_id=ids[0])
            await store.keep(check, [])

            await store.remove_member(SERVER, ids[0], NOW)

            assert [one.member_id for one in await store.member_rows.find_all(SERVER)] == [ids[1]]
            assert [one.member_id for one in await store.user_rows.find_all(SERVER)] == [ids[1]]
            assert [one.member_id for one in await store.endpoint_rows.find_all(SERVER)] == [ids[1]]
            assert await store.key_rows.find_for_login(keys[0].key_id) is None
            assert await store.key_rows.find_for_login(keys[1].key_id) is not None
            states = [await store.job_rows.find(job_id, SERVER, NOW) for job_id in jobs]
            assert [(one.state, one.counts.cancelled) for one in states] == [("cancelled", 2), ("running", 0)]
            assert await store.check_rows.find(SERVER, check.answer.check_id)
            (entry,) = await store.audit_rows.find_before(SERVER, AuditFilter(action="member.removed"), 10)
            assert keys[0].key_id in entry.content
            assert keys[1].key_id not in entry.content
            with pytest.raises(MemberNotFound):
                await store.remove_member(SERVER, ids[0], NOW)

    asyncio.run(work())
