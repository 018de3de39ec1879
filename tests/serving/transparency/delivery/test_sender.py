from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from serving.clock import time_from
from serving.principal import SERVER
from serving.store.store import Store
from serving.store.transparency.statement_rows import StatementRows, StoredStatement
from serving.transparency.config import TransparencySettings
from serving.transparency.delivery.answers import Answer
from serving.transparency.delivery.connector import Connector, HttpConnector
from serving.transparency.delivery.sender import LEASE_S, StatementSender
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened
from tests.serving.servers.loopback_only import loopback_only
from tests.serving.servers.statement_database import TOKEN, StatementDatabase, statement_database


class Killed(Exception):
    """Stands for the end of a process between two steps."""


class Clock:
    """The time of the tests, which they move."""

    def __init__(self) -> None:
        self.now = NOW + datetime.timedelta(days=1)

    def pass_s(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    made = Clock()
    with loopback_only(), time_from(lambda: made.now):
        yield made


@pytest.fixture
def database() -> Iterator[StatementDatabase]:
    with statement_database() as running:
        yield running


def sender_of(rows: StatementRows) -> StatementSender:
    return StatementSender(rows, TransparencySettings(), None)


async def with_connector(url: str, work: Callable[[HttpConnector], object]) -> None:
    connector = HttpConnector(url, TOKEN, 5.0)
    try:
        await work(connector)  # type: ignore[misc]
    finally:
        await connector.close()


async def states_of(store: Store) -> dict[str, int]:
    return await store.statement_rows.count()


def test_every_decision_is_there_once_in_calls_of_at_most_a_hundred(
    tmp_path: Path, database: StatementDatabase
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await decided_case(store, listings=230)
            sender = sender_of(store.statement_rows)
            await with_connector(database.url, sender.step)
            await with_connector(database.url, sender.step)
            assert database.calls == [100, 100, 30]
            assert len(database.kept) == 230
            assert await states_of(store) == {"sent": 230}
            page = await store.statement_rows.find_page("sent", 500)
            assert {one.puid: one.database_uuid for one in page} == {
                puid: one["uuid"] for puid, one in database.kept.items()
            }

    asyncio.run(work())


def test_a_lost_answer_doubles_nothing(tmp_path: Path, database: StatementDatabase, clock: Clock) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await decided_case(store, listings=3)
            sender = sender_of(store.statement_rows)
            database.answers_to_lose = 1
            await with_connector(database.url, sender.step)
            assert len(database.kept) == 3
            assert await states_of(store) == {"waiting": 3}
            await decided_case(store, listings=2)
            clock.pass_s(60)
            await with_connector(database.url, sender.step)
            assert len(database.kept) == 5
            assert await states_of(store) == {"sent": 5}

    asyncio.run(work())


@pytest.mark.parametrize("after_sending", [False, True])
def test_a_server_that_is_killed_loses_and_doubles_nothing(
    tmp_path: Path, database: StatementDatabase, clock: Clock, after_sending: bool
) -> None:
    class Dying:
        """Sends, or does not, and ends the process before the result is recorded."""

        def __init__(self, connector: Connector) -> None:
            self._connector = connector

        async def send(self, batch: Sequence[StoredStatement]) -> Answer:
            if after_sending:
                await self._connector.send(batch)
            raise Killed

        async def close(self) -> None:
            """Nothing is open."""

    async def work() -> None:
        async with opened(tmp_path) as store:
            await decided_case(store, listings=3)
            sender = sender_of(store.statement_rows)

            async def die(connector: HttpConnector) -> None:
                with pytest.raises(Killed):
                    await sender.step(Dying(connector))

            await with_connector(database.url, die)
            await with_connector(database.url, sender.step)
            assert await states_of(store) == {"waiting": 3}  # another server might still be sending them
            clock.pass_s(LEASE_S)
            await with_connector(database.url, sender.step)
            assert len(database.kept) == 3
            assert await states_of(store) == {"sent": 3}

    asyncio.run(work())


def test_what_the_database_refuses_is_kept_and_shown_and_the_others_are_sent(
    tmp_path: Path, database: StatementDatabase
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await decided_case(store, listings=4)
            sender = sender_of(store.statement_rows)
            await sender.prepare()
            chosen = (await store.statement_rows.find_page(None, 10))[2]
            database.refused_words = ("grille",)
            await store.statement_rows.rewrite(
                SERVER, chosen.statement_id, "The grille.", sender._make, chosen.created_at
            )
            await with_connector(database.url, sender.step)
            assert await states_of(store) == {"sent": 3, "refused": 1}
            shown = await store.statement_rows.find(SERVER, chosen.statement_id)
            assert shown.status == 422
            assert "The decision facts field is refused." in shown.answer
            await store.statement_rows.rewrite(SERVER, chosen.statement_id, "", sender._make, chosen.created_at)
            await with_connector(database.url, sender.step)
            assert await states_of(store) == {"sent": 4}

    asyncio.run(work())


def test_an_outage_is_waited_out(tmp_path: Path, database: StatementDatabase, clock: Clock) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await decided_case(store)
            sender = sender_of(store.statement_rows)
            database.fail_with = [(503, {"Retry-After": "600"}), (500, {})]
            for pause_s in (600, 300):
                await with_connector(database.url, sender.step)
                clock.pass_s(pause_s - 1)
                await with_connector(database.url, sender.step)
                assert await states_of(store) == {"waiting": 1}
                clock.pass_s(1)
            await with_connector(database.url, sender.step)
            assert await states_of(store) == {"sent": 1}

    asyncio.run(work())


def test_without_a_connector_they_wait_to_be_exported(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await decided_case(store, listings=2)
            await sender_of(store.statement_rows).step(None)
            assert await states_of(store) == {"waiting": 2}

    asyncio.run(work())
