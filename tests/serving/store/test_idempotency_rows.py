from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.errors import IdempotencyInProgress, IdempotencyKeyReused, LineCancelled, StoreUnavailable
from serving.principal import SERVER
from serving.store.idempotency_rows import EXPIRY, Claim, RunningKeyRows
from serving.store.lists.check_list import CheckFilter
from serving.store.store import Store
from serving.store.tables import RunningKeyRow
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stored_jobs import OPERATOR, add_job
from tests.serving.builders.stores import Place, opened
from tests.serving.servers.postgresql import PostgresqlServer

CLAIM = Claim(key_sha256="k", fingerprint="f")
OTHER = dataclasses.replace(CLAIM, fingerprint="g")


@pytest.fixture
def shared(postgresql: PostgresqlServer, tmp_path: Path) -> Iterator[Place]:
    with postgresql.store() as database:
        yield Place(folder=tmp_path, database=database)


def keys_of(store: Store) -> RunningKeyRows:
    assert store.running_keys is not None
    return store.running_keys


def rows_in(place: Place) -> list[str]:
    engine = place.connect()
    with Session(engine) as session:
        found = list(session.scalars(select(RunningKeyRow.key_hash)))
    engine.dispose()
    return found


def expiry_in(place: Place) -> datetime.datetime:
    engine = place.connect()
    with Session(engine) as session:
        found = session.scalars(select(RunningKeyRow.expires_at)).one()
    engine.dispose()
    return found


def test_a_key_in_the_hands_of_one_server_is_refused_by_another_until_its_check_is_stored(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as one, opened(shared) as two:
            assert await keys_of(one).take(SERVER, CLAIM, NOW) is None
            with pytest.raises(IdempotencyInProgress):
                await keys_of(two).take(SERVER, CLAIM, NOW)
            with pytest.raises(IdempotencyKeyReused):
                await keys_of(two).take(SERVER, OTHER, NOW)
            new = new_check(b"a", claim=CLAIM)
            await one.keep(new, [b"a"])
            assert rows_in(shared) == []
            assert await keys_of(two).take(SERVER, CLAIM, NOW) == new.answer
            with pytest.raises(IdempotencyKeyReused):
                await keys_of(two).take(SERVER, OTHER, NOW)
            assert rows_in(shared) == []

    asyncio.run(work())


def test_a_key_that_came_to_nothing_is_free_at_once_and_that_of_a_dead_server_after_its_expiry(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as one, opened(shared) as two:
            await keys_of(one).take(SERVER, CLAIM, NOW)
            await keys_of(two).give_back(CLAIM)  # not its own
            with pytest.raises(IdempotencyInProgress):
                await keys_of(two).take(SERVER, CLAIM, NOW)
            await keys_of(one).give_back(CLAIM)
            assert await keys_of(two).take(SERVER, OTHER, NOW) is None
            later = NOW + EXPIRY
            assert await keys_of(one).take(SERVER, CLAIM, later) is None  # as if the second had died
            with pytest.raises(IdempotencyInProgress):
                await keys_of(two).take(SERVER, CLAIM, later)
            await one.delete_old_keys(later + EXPIRY + datetime.timedelta(seconds=1))
            assert rows_in(shared) == []

    asyncio.run(work())


def test_a_key_in_hand_expires_only_with_the_server_that_has_it(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as one, opened(shared) as two:
            assert await keys_of(one).take(SERVER, CLAIM, NOW) is None
            await keys_of(one).renew(NOW + EXPIRY / 2)
            with pytest.raises(IdempotencyInProgress):
                await keys_of(two).take(SERVER, CLAIM, NOW + EXPIRY)
            keys_of(one).end(CLAIM)
            await keys_of(one).renew(NOW + EXPIRY)  # what it has in hand no longer is not renewed
            assert await keys_of(two).take(SERVER, CLAIM, NOW + 2 * EXPIRY) is None

    asyncio.run(work())


def test_a_server_renews_by_itself(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as one, opened(shared) as two:
            past = datetime.datetime.now(datetime.UTC) - EXPIRY
            assert await keys_of(one).take(SERVER, CLAIM, past) is None
            renewing = asyncio.create_task(keys_of(one).renew_periodically(period_s=0.01))
            end = asyncio.get_running_loop().time() + 30
            while expiry_in(shared) <= past + EXPIRY:
                assert asyncio.get_running_loop().time() < end
                await asyncio.sleep(0.02)
            renewing.cancel()
            with pytest.raises(IdempotencyInProgress):
                await keys_of(two).take(SERVER, CLAIM, datetime.datetime.now(datetime.UTC))

    asyncio.run(work())


def test_of_many_who_take_a_key_at_once_one_has_it(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as one, opened(shared) as two:
            for number in range(5):
                claim = dataclasses.replace(CLAIM, key_sha256=str(number))
                takers = (keys_of(store).take(SERVER, claim, NOW) for store in (one, two, one, two))
                taken = await asyncio.gather(*takers, return_exceptions=True)
                assert taken.count(None) == 1
                assert sum(isinstance(one, IdempotencyInProgress) for one in taken) == 3

    asyncio.run(work())


def test_a_server_alone_keeps_no_rows_of_keys(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            assert store.running_keys is None

    asyncio.run(work())


def test_a_key_of_a_check_for_later_that_was_cancelled_before_it_began_says_so(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1, claim=CLAIM, kind="check")).job_id

            async def send_plainly(claim: Claim) -> None:
                if store.running_keys is None:
                    await store.check_rows.find_answer(SERVER, claim, NOW)
                else:
                    await store.running_keys.take(SERVER, claim, NOW)

            with pytest.raises(IdempotencyInProgress, match=f"{job_id}/lines/1"):
                await send_plainly(CLAIM)
            await store.jobs.cancel(job_id, OPERATOR, NOW)
            for _ in range(2):
                with pytest.raises(LineCancelled, match=f"{job_id}.*new key"):
                    await send_plainly(CLAIM)
            with pytest.raises(IdempotencyKeyReused):
                await send_plainly(OTHER)

    asyncio.run(work())


def test_a_key_is_never_taken_from_a_check_within_24_hours(shared: Place) -> None:
    """Two servers may judge with one key, where one of them took the other for dead: one check is stored."""

    async def work() -> None:
        async with opened(shared) as store:
            claim = Claim(key_sha256="k", fingerprint="f")
            first = new_check(b"a", claim=claim)
            await store.keep(first, [b"a"])
            with pytest.raises(StoreUnavailable):
                await store.keep(new_check(b"a", claim=claim, created_at=NOW + datetime.timedelta(hours=23)), [b"a"])
            assert await store.check_rows.find_answer(SERVER, claim, NOW) == first.answer
            assert len((await store.check_rows.find_page(SERVER, CheckFilter(), 9)).checks) == 1

    asyncio.run(work())
