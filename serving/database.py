"""The embedded database: SQLite in WAL mode, one writing thread, a few reading ones, none of them the event loop's."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from serving.errors import StoreUnavailable
from vision.errors import ConfigError

T = TypeVar("T")
READERS = 4
BUSY_TIMEOUT_S = 10.0  # another process, such as `touchstone labels export`, may hold the file for a moment


class Database:
    """Runs functions of a session beside the event loop: `write` in one transaction each, one after another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction of its own; it is on the disk when this returns. Raises StoreUnavailable."""
        return await self._run(self._writer, work, commit=True)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a snapshot; raises StoreUnavailable."""
        return await self._run(self._readers, work, commit=False)

    async def forget(self) -> None:
        """Make what was deleted leave the files now: SQLite's log keeps older pages until it is copied back.

        Gives up at once when someone reads meanwhile; the next deletion does it then.
        """
        await asyncio.get_running_loop().run_in_executor(self._writer, self._truncate_log)

    def close(self) -> None:
        """Let running work finish and close every connection."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._engine.dispose()

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[Session], T], *, commit: bool) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, functools.partial(self._transact, work, commit=commit))

    def _transact(self, work: Callable[[Session], T], *, commit: bool) -> T:
        try:
            with Session(self._engine, expire_on_commit=False) as session:
                result = work(session)
                if commit:
                    session.commit()
                return result
        except DBAPIError as error:
            raise StoreUnavailable("the database does not answer; the log says why", retry_after_s=5) from error

    def _truncate_log(self) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={round(1000 * BUSY_TIMEOUT_S)}")


def open_database(file: Path) -> Database:
    """Open or create the database and bring its tables up to date; raises ConfigError with what to do."""
    engine = connect(file)
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise ConfigError(
            f"store: {file} cannot be used ({_reason(error)}); restore it from a backup, or name another folder"
        ) from error
    return Database(engine)


def connect(file: Path) -> Engine:
    """Make an engine on the file. WAL lets readers go on while one writes.

    synchronous=FULL syncs the log at each commit: with NORMAL a commit survives a killed process but not a power cut,
    and an answered check must survive both.
    """
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def migrate(engine: Engine) -> None:
    """Run the migrations that this database has not seen."""
    from alembic import command  # a tenth of a second that importing the app need not cost
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def ping(session: Session) -> None:
    """Touch the database, for readiness."""
    session.execute(text("SELECT check_id FROM checks LIMIT 1"))


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
