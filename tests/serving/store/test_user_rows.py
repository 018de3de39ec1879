"""Users as they are kept."""

from __future__ import annotations

import asyncio

import pytest

from serving.errors import AdminKeyNeeded
from serving.principal import SERVER, Principal
from serving.schemas.accounts import MemberSent, UserSent
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


def test_a_user_without_an_admin_key_of_the_operator_goes_though_there_is_none(place: Place) -> None:
    """As after the last one expired: what a member removes of its own has nothing to do with it."""

    async def work() -> None:
        async with opened(place) as store:
            sent = MemberSent(name="Acme", category="toys", country="DK")
            member_id = (await store.member_rows.add(SERVER, sent, NOW)).member_id
            acme = Principal(name="acme", rate_key="acme", member_id=member_id, products=frozenset())
            user = await store.user_rows.add(acme, UserSent(name="Ann", email="ann@example.org"), NOW)
            new = NewKey(
                key_id="k1", sha256="0" * 64, label="x", scopes=frozenset({"admin"}), member_id=member_id,
                user_id=user.user_id,
            )  # fmt: skip
            await store.key_rows.add(acme, new, NOW)
            await store.user_rows.remove(acme, user.user_id, NOW, keep_admin=True)
            assert (await store.key_rows.find(acme, "k1")).revoked_at == NOW

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
