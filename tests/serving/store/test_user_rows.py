"""Users as they are kept."""

from __future__ import annotations

import asyncio

import pytest

from serving.errors import AdminKeyNeeded
from serving.principal import SERVER
from serving.schemas.accounts import UserSent
from serving.store.key_rows import NewKey
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def test_a_removed_users_name_and_address_are_gone_from_the_users(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            user = await store.user_rows.add(SERVER, UserSent(name="Ann Lee", email="ann@example.org"), NOW)
            await store.user_rows.remove(SERVER, user.user_id, NOW, keep_admin=True)
            assert await store.user_rows.find_all(SERVER) == []

    asyncio.run(work())


def test_the_user_of_the_last_admin_key_stays_with_that_key(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            user = await store.user_rows.add(SERVER, UserSent(name="Ann", email="ann@example.org"), NOW)
            new = NewKey(key_id="k1", sha256="0" * 64, label="x", scopes=frozenset({"admin"}), user_id=user.user_id)
            await store.key_rows.add(SERVER, new, NOW)
            with pytest.raises(AdminKeyNeeded):
                await store.user_rows.remove(SERVER, user.user_id, NOW, keep_admin=True)
            assert (await store.key_rows.find(SERVER, "k1")).revoked_at is None
            await store.user_rows.remove(SERVER, user.user_id, NOW, keep_admin=False)
            assert (await store.key_rows.find(SERVER, "k1")).revoked_at == NOW

    asyncio.run(work())
