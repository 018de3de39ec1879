from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from serving.errors import BuyMoveRefused, BuyNotFound, PhotoNotFound
from serving.store.deletion.erasure import finish_erasure, start_erasure
from tests.serving.builders.cases.new_cases import MUGS
from tests.serving.builders.new_buys import FAILED, OPERATOR, accepted, moved, moving_to, no_moves
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

DATA = b"the bytes as received"
SHA256 = hashlib.sha256(DATA).hexdigest()


def test_a_photo_is_kept_as_received_once_and_outlives_the_cleanup(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            photos, (buy_id, *_) = store.test_buys.photos, await accepted(store)
            with pytest.raises(BuyMoveRefused, match="planned"):
                await photos.add(OPERATOR, buy_id, DATA, None, NOW)
            await moved(store, buy_id, "ordered", "received")
            first = await photos.add(OPERATOR, buy_id, DATA, "seal", NOW)
            assert first == await photos.add(OPERATOR, buy_id, DATA, None, NOW)
            assert (first.index, first.sha256, first.point_id) == (0, SHA256, "seal")
            assert (await store.test_buys.rows.find(OPERATOR, buy_id, no_moves)).photos == [first]
            assert await photos.find(OPERATOR, buy_id, 0) == first
            with pytest.raises(PhotoNotFound):
                await photos.find(OPERATOR, buy_id, 1)
            with pytest.raises(BuyNotFound):
                await photos.find(MUGS, buy_id, 0)
            store.may_hold_orphans = True
            assert await store.remove_orphans() == 0
            assert await store.photos.get(SHA256) == DATA

    asyncio.run(work())


def test_a_seller_that_is_erased_leaves_outcomes_without_names_or_photos(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            photos, (first, _, _, other) = store.test_buys.photos, await accepted(store)
            for buy_id in (first, other):
                version = await moved(store, buy_id, "ordered", "received")
                await photos.add(OPERATOR, buy_id, DATA, None, NOW)
                examined = moving_to("examined", findings=FAILED, checklist_version=1, reason="from s")
                await store.test_buys.rows.move(OPERATOR, buy_id, examined, no_moves, version=version)
            await moved(store, first, "counterfeit")
            assert await photos.forget_seller("s") == [SHA256]
            erased, kept = [await store.test_buys.rows.find(OPERATOR, one, no_moves) for one in (first, other)]
            assert (erased.seller_id, erased.listing_id, erased.photos) == (None, None, [])
            assert {move.reason for move in erased.moves} == {""}
            assert [(one.result, one.note) for one in erased.findings] == [("fail", ""), ("pass", "")]
            assert (erased.state, erased.probability) == ("counterfeit", 2 / 40)
            assert (kept.seller_id, len(kept.photos), kept.findings) == ("t", 1, FAILED)
            assert await store.check_rows.unused([SHA256]) == []  # the other purchase has it
            await photos.forget_seller("t")
            assert await store.check_rows.unused([SHA256]) == [SHA256]

    asyncio.run(work())


def test_an_erasure_reaches_the_purchases_and_the_bytes_of_their_photos(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(Place(folder=tmp_path)) as store:
            buy_id, *_ = await accepted(store)
            await moved(store, buy_id, "ordered", "received")
            await store.test_buys.photos.add(OPERATOR, buy_id, DATA, None, NOW)
            await finish_erasure(store, OPERATOR, await start_erasure(store, OPERATOR, "s"))
            assert (await store.test_buys.rows.find(OPERATOR, buy_id, no_moves)).seller_id is None
            assert not await store.photos.has(SHA256)

    asyncio.run(work())
