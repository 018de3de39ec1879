from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, TextClause, event, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex

from serving.errors import StoreUnavailable
from serving.store.database import sqlite as database_module
from serving.store.database.database import Database
from serving.store.database.sqlite import connect, open_sqlite
from serving.store.tables import Table
from tests.serving.store.database.contract import DatabaseContract


class TestSqlite(DatabaseContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        return tmp_path / "checks.sqlite"

    def open(self, place: Path) -> Database:
        return open_sqlite(place)

    def connect(self, place: Path) -> Engine:
        return connect(place)

    def differences(self, connection: Connection, *ignored: str | None) -> list[Any]:
        """Alembic can't read a descending column of SQLite's indexes, so these are compared as they were made."""
        descending = [
            index
            for table in Table.metadata.sorted_tables
            for index in table.indexes
            if any(isinstance(expression, TextClause) for expression in index.expressions)
        ]
        assert descending
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "autogenerate skipping metadata-specified expression-based index")
            found = super().differences(connection, *ignored, *(index.name for index in descending))
        made = dict(tuple(row) for row in connection.execute(text("SELECT name, sql FROM sqlite_master")))
        statements = {str(index.name): str(CreateIndex(index).compile(connection)) for index in descending}
        return [*found, *(name for name, statement in statements.items() if made.get(name) != statement)]


def test_commits_are_logged_and_synced_before_they_return(tmp_path: Path) -> None:
    engine = connect(tmp_path / "checks.sqlite")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def test_queued_writes_are_committed_together_and_only_the_failed_one_raises(tmp_path: Path) -> None:
    async def work() -> None:
        database = open_sqlite(tmp_path / "checks.sqlite")
        commits: list[object] = []
        note_commit = commits.append
        event.listen(Engine, "commit", note_commit)
        try:
            await database.write(lambda session: session.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")))
            busy, go_on = threading.Event(), threading.Event()

            def hold_up(session: Session) -> None:
                busy.set()
                assert go_on.wait(30)

            def add(number: int) -> Callable[[Session], int]:
                def insert(session: Session) -> int:
                    session.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})
                    return number

                return insert

            async def write_behind(numbers: Sequence[int]) -> list[int | BaseException]:
                busy.clear()
                go_on.clear()
                first = asyncio.ensure_future(database.write(hold_up))
                await asyncio.to_thread(busy.wait, 30)
                rest = [asyncio.ensure_future(database.write(add(number))) for number in numbers]
                await asyncio.sleep(0)  # all of them are asked for now
                commits.clear()
                go_on.set()
                await first
                return await asyncio.gather(*rest, return_exceptions=True)

            assert await write_behind([1, 2, 3, 4]) == [1, 2, 3, 4]
            assert len(commits) == 2  # the one that held them up, and theirs
            five, three, six = await write_behind([5, 3, 6])
            assert (five, six) == (5, 6)
            assert isinstance(three, StoreUnavailable)
            found = await database.read(lambda session: list(session.scalars(text("SELECT n FROM numbers ORDER BY n"))))
            assert found == [1, 2, 3, 4, 5, 6]
        finally:
            event.remove(Engine, "commit", note_commit)
            database.close()

    asyncio.run(work())


def test_writes_behind_a_locked_file_wait_for_it_once_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another they would take a busy timeout each: the last of 64 would hang for ten minutes."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.5)

    async def work() -> None:
        database = open_sqlite(tmp_path / "checks.sqlite")
        tries: list[int] = []

        def add(session: Session) -> None:
            tries.append(1)
            session.execute(text("PRAGMA user_version=7"))

        try:
            with contextlib.closing(sqlite3.connect(tmp_path / "checks.sqlite", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                results = await asyncio.gather(*(database.write(add) for _ in range(40)), return_exceptions=True)
                assert all(isinstance(result, StoreUnavailable) for result in results)
                assert len(tries) <= 2  # the first, and one for those behind it
                other.execute("ROLLBACK")
            await database.write(add)
        finally:
            database.close()

    asyncio.run(work())
