"""Keys as they are kept."""

from __future__ import annotations

import asyncio
import datetime

from serving.principal import SERVER
from serving.store.key_rows import LoginKey
from serving.store.store import has_stored_keys
from tests.serving.builders.keys import add_key
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

SECOND = datetime.timedelta(seconds=1)


def test_a_key_is_found_by_its_id_and_its_text_is_nowhere_in_the_files(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            assert not await store.key_rows.has_any()
            secret = await add_key(store.key_rows, NOW, scopes=frozenset({"check"}), expires_at=NOW + SECOND)
            found = await store.key_rows.find_for_login(secret.key_id)
            assert await store.key_rows.find_for_login("nope") is None
            assert await store.key_rows.has_any()
        assert isinstance(found, LoginKey)
        assert (found.lineage, found.scopes, found.products) == (secret.key_id, frozenset({"check"}), None)
        assert found.expires_at == NOW + SECOND
        kept = place.dump()
        assert secret.key_id in kept
        assert secret.token.split("_")[2] not in kept

    asyncio.run(work())


def test_the_latest_use_is_kept(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.key_rows
            secret = await add_key(rows, NOW)
            for moment in (NOW + SECOND, NOW):
                await rows.record_uses({secret.key_id: moment, "gone": moment})
            found = await rows.find(SERVER, secret.key_id)
            assert found.last_used_at == NOW + SECOND

    asyncio.run(work())


def test_a_store_without_a_key_or_without_a_file_has_none(place: Place) -> None:
    async def fill() -> None:
        async with opened(place) as store:
            await add_key(store.key_rows, NOW)

    if not place.database:
        assert not has_stored_keys(place.folder)
        assert list(place.folder.iterdir()) == []  # looking makes no store
    asyncio.run(fill())
    assert has_stored_keys(place.folder, place.database)
