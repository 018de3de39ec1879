"""The database of several servers: PostgreSQL, with threads beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from serving.errors import StoreUnavailable
from serving.store.database.database import RETRY_AFTER_S, Held, Rows, in_context
from serving.store.database.migrations import migrate
from serving.store.database.notifications import listening
from serving.store.database.shown_address import shown_address
from serving.store.database.transactions import Transactions
from vision.errors import ConfigError, MissingExtra

T = TypeVar("T")
READERS = 4
WRITERS = 4
HOLDS = 8
OLDEST_VERSION = 150000
CONNECTING = {
    "application_name": "touchstone",
    "connect_timeout": 5,
    "prepare_threshold": None,  # a pgbouncer that pools transactions may send each of them to another connection
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class PostgresqlDatabase:
    """Writes run beside each other and beside those of other servers; `write` repeats one that met another."""

    is_shared = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._transactions = Transactions(engine)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="store-writer")
        self._holders = ThreadPoolExecutor(HOLDS, thread_name_prefix="store-holder")
        self._free_holds = asyncio.Semaphore(HOLDS)

    def write(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Run `work` as if no other write ran meanwhile, again where others did; raises StoreUnavailable."""
        return _run(self._writers, self._transactions.write, in_context(work))

    def write_rows(self, rows: Sequence[Rows]) -> Awaitable[None]:
        """Run statements with their values in one transaction; raises StoreUnavailable."""
        return _run(self._writers, self._transactions.write_rows, rows)

    def read(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Run `work` on a snapshot; raises StoreUnavailable."""
        return _run(self._readers, self._transactions.read, work)

    @contextlib.asynccontextmanager
    async def hold(self, names: Iterable[str], *, shared: bool = False) -> AsyncIterator[Held]:
        """Hold names by advisory locks of a transaction, in which what is held reads and writes.

        So nothing is written that relies on a hold which was lost with its connection.
        """
        async with self._free_holds:
            numbers = [int(name[:16], 16) - 2**63 for name in names]
            taking = _run(self._holders, functools.partial(self._transactions.hold, numbers, shared=shared))
            try:
                connection = await asyncio.shield(taking)
            except asyncio.CancelledError:
                taking.add_done_callback(self._release_unwanted)
                raise
            try:
                yield _HeldDatabase(self._transactions, self._writers, connection)
            finally:
                if not connection.closed:  # what was written ended the hold
                    # by another pool than takes them: holds that wait for this one's names may have all those threads
                    await asyncio.shield(_run(self._writers, self._transactions.release, connection))

    def listening(self, channel: str, wake: Callable[[str], None]) -> contextlib.AbstractContextManager[None]:
        """Call `wake` in a thread with each signal on a channel, on a connection of its own."""
        return listening(self._engine, channel, wake)

    async def now(self) -> datetime.datetime:
        """Give the time of the database; raises StoreUnavailable."""
        return await self.read(_read_time)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the database can be read, and written where the last write failed."""
        if await self.read(_is_standby):
            raise StoreUnavailable("the database is a standby, which takes no writes", retry_after_s=RETRY_AFTER_S)
        if self._transactions.last_write_failed:
            await self.write(_write_nothing)

    async def checkpoint(self) -> None:
        """Do nothing: autovacuum removes deleted rows."""

    def close(self) -> None:
        """Let running work finish and close every connection."""
        for pool in (self._readers, self._holders, self._writers):
            pool.shutdown(wait=True)
        self._engine.dispose()

    def _release_unwanted(self, taken: asyncio.Future[Connection]) -> None:
        if not taken.cancelled() and taken.exception() is None:
            self._writers.submit(self._transactions.release, taken.result())


class _HeldDatabase:
    """The transaction of a hold."""

    def __init__(self, transactions: Transactions, threads: Executor, connection: Connection) -> None:
        self._transactions = transactions
        self._threads = threads
        self._connection = connection

    def write_rows(self, rows: Sequence[Rows]) -> Awaitable[None]:
        return _run(self._threads, self._transactions.finish, self._connection, rows)

    def read(self, work: Callable[[Session], T]) -> Awaitable[T]:
        return _run(self._threads, self._transactions.read_held, self._connection, work)


def open_postgresql(address: str) -> PostgresqlDatabase:
    """Connect to a database and bring its tables up to date; raises ConfigError with what to do, or MissingExtra."""
    url = parse_address(address)
    engine = connect(url)
    try:
        with engine.connect() as connection:
            _refuse_unfit(connection, url)
        migrate(engine)
    except DBAPIError as error:
        reason = str(error.orig).strip()
        raise ConfigError(
            f"database: {shown_address(url.render_as_string())} cannot be used ({reason}); see docs/postgresql.md"
        ) from None  # its traceback would end with the address as libpq has it
    finally:
        engine.dispose()
    engine = connect(url, isolation_level="AUTOCOMMIT", pool_size=READERS + WRITERS + HOLDS, max_overflow=0)
    event.listen(engine, "connect", _take_nul)
    return PostgresqlDatabase(engine)


def parse_address(address: str) -> URL:
    """Read the address of a database, `postgresql://USER@HOST:PORT/NAME`; raises ConfigError, never with a password."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in ("postgresql", "postgres") or not url.database:
        raise ConfigError("database: is no address such as postgresql://USER@HOST:5432/NAME; empty means SQLite")
    return url.set(drivername="postgresql+psycopg")


def connect(url: URL, **options: Any) -> Engine:
    """Make an engine; a password that the address lacks is libpq's to find (PGPASSWORD, ~/.pgpass)."""
    try:
        return create_engine(url, connect_args=CONNECTING, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise MissingExtra("PostgreSQL needs psycopg: pip install 'touchstone[serve,postgresql]'") from error


def _take_nul(connection: Any, _: Any) -> None:
    """Let text with NUL be sent, which PostgreSQL does not have: callers' text gets into messages and searches."""
    connection.adapters.register_dumper(str, _text_dumper())


@functools.cache
def _text_dumper() -> type[Any]:
    from psycopg.types.string import StrDumperUnknown

    class TextDumper(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    return TextDumper


def _refuse_unfit(connection: Connection, url: URL) -> None:
    version, encoding = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
    ).one()
    name = shown_address(url.render_as_string())
    if version < OLDEST_VERSION:
        raise ConfigError(f"database: {name} is PostgreSQL {version // 10_000}; 15 is the oldest that is supported")
    if encoding != "UTF8":
        raise ConfigError(f"database: {name} stores text as {encoding}; make one with ENCODING 'UTF8'")


def _read_time(session: Session) -> datetime.datetime:
    now: datetime.datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now.astimezone(datetime.UTC)


def _is_standby(session: Session) -> bool:
    """Read a table, too: the server may answer while this database is broken."""
    return bool(session.scalar(text("SELECT pg_is_in_recovery() FROM (SELECT 1 FROM checks LIMIT 1) AS one_check")))


def _write_nothing(session: Session) -> None:
    """Take a transaction id, whose commit is written and synced."""
    session.execute(text("SELECT pg_current_xact_id()"))


def _run(pool: Executor, work: Callable[..., T], *values: Any) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(pool, work, *values)
