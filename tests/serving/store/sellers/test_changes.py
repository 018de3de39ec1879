from __future__ import annotations

import asyncio

import numpy as np

from serving.audit_log.entry import new_entry
from serving.principal import SERVER
from serving.sellers.traced import party_of
from serving.store.deletion.erasure import finish_erasure, start_erasure
from serving.store.sellers.removal_rows import NewRemoval
from serving.store.tables import (
    ChangedPartyRow,
    ClusterPartyRow,
    RemovedLinkRow,
    TraceBandRow,
    TracedCheckRow,
    TraceRow,
    TraceValueRow,
)
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.store.sellers.selling import compute, contact, picture, sell
from tests.serving.store.sellers.test_trace_rows import count

BITS = np.arange(32, dtype=np.uint8)


def test_with_a_check_go_its_hashes_unless_another_has_them(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            one = await sell(store, "a", contact("1"), contact("2"), pictures=[picture(BITS)])
            await sell(store, "b", contact("2"))
            await store.delete_one(SERVER, one)
            assert await count(store, TraceValueRow) == 1
            assert await count(store, TraceBandRow) == 0
            assert await count(store, TracedCheckRow) == await count(store, TraceRow) == 1

    asyncio.run(work())


def test_an_erased_seller_leaves_nothing_in_any_table_of_investigations(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for seller in "abc":
                await sell(store, seller, contact("1"), pictures=[picture(BITS)])
            await compute(store)
            party = party_of("b", "")
            left, right = sorted((party, party_of("a", "")))
            removal = NewRemoval(cluster_id="c", kind="contact", left=left, right=right, reason="b is my cousin")
            await store.removal_rows.remove(SERVER, removal, NOW)
            await compute(store)
            assert party in place.dump()
            assert "cousin" in place.dump()
            await finish_erasure(store, SERVER, await start_erasure(store, SERVER, "b"))
            assert party not in place.dump()
            assert "cousin" not in place.dump()
            assert await count(store, RemovedLinkRow) == 0
            assert await count(store, ChangedPartyRow) == 2, "those beside it are computed anew"
            await compute(store)
            assert await count(store, ClusterPartyRow) == 2
            assert await count(store, TraceValueRow) == 2

    asyncio.run(work())


def test_a_cluster_that_was_computed_of_a_seller_erased_meanwhile_is_computed_again(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            ids = [await sell(store, seller, contact("1")) for seller in "abc"]
            rows, database = store.cluster_rows, store.event_rows._database
            real = database.write
            entry = new_entry(SERVER, "check.deleted", "check", ids[1])
            deleted = False

            async def write_after_a_deletion(work):  # type: ignore[no-untyped-def]
                nonlocal deleted
                if not deleted:
                    deleted = True
                    await store.delete(SERVER, [ids[1]], lambda session, found: entry)
                return await real(work)

            database.write = write_after_a_deletion  # type: ignore[method-assign]
            await compute(store)
            database.write = real  # type: ignore[method-assign]
            assert rows is store.cluster_rows
            assert await count(store, ClusterPartyRow) == 2
            assert party_of("b", "") not in place.dump()

    asyncio.run(work())
