from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from serving.database import connect, migrate, open_database
from serving.errors import StoreUnavailable
from serving.tables import Table


def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    engine = connect(tmp_path / "checks.sqlite")
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        open_database(tmp_path / "checks.sqlite").close()


def test_commits_are_logged_and_synced_before_they_return(tmp_path: Path) -> None:
    engine = connect(tmp_path / "checks.sqlite")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def test_database_work_never_runs_on_the_event_loops_thread(tmp_path: Path) -> None:
    async def work() -> set[str]:
        names = {threading.current_thread().name}
        database = open_database(tmp_path / "checks.sqlite")
        names.add(await database.write(lambda _: threading.current_thread().name))
        names.add(await database.read(lambda _: threading.current_thread().name))
        database.close()
        return names

    assert len(asyncio.run(work())) == 3


def test_a_broken_database_is_an_error_of_ours(tmp_path: Path) -> None:
    async def work() -> None:
        database = open_database(tmp_path / "checks.sqlite")
        try:
            with pytest.raises(StoreUnavailable) as caught:
                await database.write(lambda session: session.execute(text("INSERT INTO nowhere VALUES (1)")))
            assert "nowhere" not in str(caught.value)
        finally:
            database.close()

    asyncio.run(work())
