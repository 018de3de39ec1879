"""Who a key belongs to."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import pytest

from serving.accounts.authentication import Authenticator
from serving.errors import KeyExpired, KeyInvalid
from serving.principal import SCOPES, SERVER
from tests.serving.builders.keys import add_key
from tests.serving.builders.stores import opened

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


def test_the_key_of_the_settings_is_the_operators_with_every_scope() -> None:
    async def work() -> None:
        authenticator = Authenticator("correct horse", None)
        assert not authenticator.is_open
        caller = await authenticator.identify("correct horse")
        assert caller.is_operator
        assert caller.scopes == SCOPES
        for wrong in ("correct horsE", "", "correct", "ÿ\udcff"):
            with pytest.raises(KeyInvalid, match="copied whole"):
                await authenticator.identify(wrong)

    asyncio.run(work())


def test_a_key_of_the_store_is_known_by_its_secret_and_not_by_its_id(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            authenticator = Authenticator(None, store.key_rows)
            key = await add_key(store.key_rows, NOW, scopes=frozenset({"read"}))
            caller = await authenticator.identify(key.token)
            assert (caller.name, caller.key_id, caller.scopes) == (key.key_id, key.key_id, frozenset({"read"}))
            other = await add_key(store.key_rows, NOW)
            with pytest.raises(KeyInvalid):
                await authenticator.identify(key.token.replace(key.key_id, other.key_id))

    asyncio.run(work())


def test_an_expired_key_says_so_only_to_who_has_it(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            authenticator = Authenticator(None, store.key_rows)
            key = await add_key(store.key_rows, NOW, expires_at=NOW - DAY)
            with pytest.raises(KeyExpired, match="ended at"):
                await authenticator.identify(key.token)
            assert (await authenticator.identify((await add_key(store.key_rows, NOW, expires_at=NOW + DAY)).token)).name

    asyncio.run(work())


def test_an_open_server_closes_when_another_process_makes_the_first_key(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            authenticator = Authenticator(None, store.key_rows)
            await authenticator.close_if_keys_exist()
            assert authenticator.is_open
            await add_key(store.key_rows, NOW, expires_at=NOW - DAY)  # an expired one closes it, too
            await authenticator.close_if_keys_exist()
            assert not authenticator.is_open

    asyncio.run(work())


def test_without_store_and_key_a_server_is_open() -> None:
    assert Authenticator(None, None).is_open


def test_the_last_use_is_written_beside_the_requests(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            authenticator = Authenticator(None, store.key_rows)
            key = await add_key(store.key_rows, NOW)
            await authenticator.identify(key.token)
            found = await store.key_rows.find(SERVER, key.key_id)
            assert found.last_used_at is None
            await authenticator.flush_uses()
            found = await store.key_rows.find(SERVER, key.key_id)
            assert found.last_used_at is not None
            assert found.last_used_at >= NOW

    asyncio.run(work())
