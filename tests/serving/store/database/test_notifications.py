from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.store.database.database import Database
from serving.store.database.notifications import notify
from serving.store.database.postgresql import PostgresqlDatabase, open_postgresql
from serving.store.database.sqlite import open_sqlite
from tests.serving.servers.postgresql import PostgresqlServer

LIMIT_S = 30.0


@pytest.fixture
def address(postgresql: PostgresqlServer) -> Iterator[str]:
    with postgresql.store() as address:
        yield address


@contextlib.contextmanager
def opened(address: str) -> Iterator[PostgresqlDatabase]:
    database = open_postgresql(address)
    try:
        yield database
    finally:
        database.close()


def test_a_signal_is_heard_by_another_server_once_its_transaction_is_committed(address: str) -> None:
    heard = threading.Event()
    with opened(address) as one, opened(address) as two, two.listening("changes", lambda _: heard.set()):
        assert heard.wait(LIMIT_S)  # the first call: what came before the connection may have been missed
        heard.clear()
        asyncio.run(_write(one, "others"))
        asyncio.run(_write(one, "changes"))
        assert heard.wait(LIMIT_S)


def test_a_signal_has_a_text(address: str) -> None:
    texts: queue.Queue[str] = queue.Queue()
    with opened(address) as one, opened(address) as two, two.listening("changes", texts.put):
        assert texts.get(timeout=LIMIT_S) == ""  # the first call
        asyncio.run(_write(one, "changes", "Grüße"))
        assert texts.get(timeout=LIMIT_S) == "Grüße"


def test_after_a_lost_connection_it_listens_again_and_calls_for_what_was_missed(
    address: str, postgresql: PostgresqlServer, caplog: pytest.LogCaptureFixture
) -> None:
    heard = threading.Event()
    name = address.rpartition("/")[2]
    with opened(address) as one, one.listening("changes", lambda _: heard.set()):
        assert heard.wait(LIMIT_S)
        heard.clear()
        postgresql.run("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert heard.wait(LIMIT_S)
        assert "no signals from the database" in caplog.text
        heard.clear()
        asyncio.run(_write(one, "changes"))
        assert heard.wait(LIMIT_S)


def test_a_server_that_listens_no_more_is_not_called(address: str) -> None:
    heard = threading.Event()
    with opened(address) as one:
        with one.listening("changes", lambda _: heard.set()):
            assert heard.wait(LIMIT_S)
        heard.clear()
        again = threading.Event()
        with one.listening("changes", lambda _: again.set()):
            assert again.wait(LIMIT_S)
            again.clear()
            asyncio.run(_write(one, "changes"))
            assert again.wait(LIMIT_S)
        assert not heard.is_set()


def test_an_embedded_database_has_nobody_to_signal_to(tmp_path: Path) -> None:
    heard = threading.Event()
    database = open_sqlite(tmp_path / "file.sqlite")
    try:
        with database.listening("changes", lambda _: heard.set()):
            asyncio.run(_write(database, "changes"))
        assert not heard.is_set()
    finally:
        database.close()


async def _write(database: Database, channel: str, text: str = "") -> None:
    await database.write(lambda session: notify(session, channel, text))
