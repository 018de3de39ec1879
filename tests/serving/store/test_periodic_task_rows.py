from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.store.periodic_task_rows import LEASE
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.servers.postgresql import PostgresqlServer

HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def shared(tmp_path: Path, postgresql: PostgresqlServer) -> Iterator[Place]:
    with postgresql.store() as address:
        yield Place(folder=tmp_path, database=address)


def test_of_several_servers_at_once_one_gets_the_task_and_none_until_it_is_due_again(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as one, opened(shared) as two:
            rows = (one.periodic_task_rows, two.periodic_task_rows)
            for round_ in range(5):
                now = NOW + round_ * HOUR
                claims = await asyncio.gather(
                    *(rows[number % 2].claim("delete_expired", HOUR, now) for number in range(6))
                )
                assert sorted(claims) == [False] * 5 + [True]
                await rows[claims.index(True) % 2].finish("delete_expired", now)
            assert await rows[0].claim("remove_orphans", HOUR, NOW)  # another task

    asyncio.run(work())


def test_a_task_that_failed_is_due_again(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as store:
            rows = store.periodic_task_rows
            assert await rows.claim("delete_expired", HOUR, NOW)
            await rows.give_back("delete_expired")
            assert await rows.claim("delete_expired", HOUR, NOW)

    asyncio.run(work())


def test_a_task_that_a_kill_ended_is_anothers_after_the_lease_and_a_done_one_after_its_time(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as store:
            rows, day = store.periodic_task_rows, 24 * HOUR
            assert await rows.claim("delete_expired", day, NOW)  # whose server is killed
            assert not await rows.claim("delete_expired", day, NOW + LEASE - SECOND)
            async with rows.turn("delete_expired", day, NOW + LEASE) as is_due:
                assert is_due
                assert not await rows.claim("delete_expired", day, NOW + LEASE)
            assert not await rows.claim("delete_expired", day, NOW + LEASE + day - SECOND)
            with pytest.raises(ZeroDivisionError):
                async with rows.turn("delete_expired", day, NOW + LEASE + day) as is_due:
                    1 / 0  # noqa: B018
            assert await rows.claim("delete_expired", day, NOW + LEASE + day)

    asyncio.run(work())


def test_a_start_far_in_the_future_as_a_wrong_clock_left_it_stops_nobody(shared: Place) -> None:
    async def work() -> None:
        async with opened(shared) as store:
            rows = store.periodic_task_rows
            assert await rows.claim("delete_expired", HOUR, NOW + 24 * HOUR)
            assert await rows.claim("delete_expired", HOUR, NOW)

    asyncio.run(work())


def test_the_only_server_of_a_store_does_every_task_itself(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            assert [await store.periodic_task_rows.claim("delete_expired", HOUR, NOW) for _ in range(2)] == [True, True]
            await store.periodic_task_rows.give_back("delete_expired")

    asyncio.run(work())
