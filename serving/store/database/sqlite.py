"""The embedded database: SQLite in WAL mode, with one writer thread and a few reader threads beside the event loop.

Writes are committed in groups: writes that queue up while one transaction is synced share the next one, and its sync.
A single write is not delayed.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from serving.clock import utc_now
from serving.errors import StoreUnavailable
from serving.store.database.database import Rows, in_context, unavailable
from serving.store.database.migrations import migrate
from vision.errors import ConfigError

T = TypeVar("T")
READERS = 4
MAX_WRITES_PER_COMMIT = 64  # enough to share a sync, few enough to repeat when one of them fails
BUSY_TIMEOUT_S = 10.0  # another process, such as `touchstone labels export`, may hold the file for a moment


class SqliteDatabase:
    """The database of one server: writes run one after another, so what each finds stays true until it ends."""

    is_shared = False

    def __init__(self, engine: Engine, file: Path) -> None:
        self._engine = engine
        self._file = file
        self._identity = _identity(file)
        self._last_write_failed = False
        self._writes: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_all, name="store-writer", daemon=True)
        self._writer.start()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._held: dict[str, _Hold] = {}

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work`; its changes are on the disk when this returns. Raises StoreUnavailable.

        `work` may run twice: when one write of a group fails, all are repeated, each in a transaction of its own.
        """
        result: T = await self._submit(_Write(in_context(work)))
        return result

    def write_rows(self, rows: Sequence[Rows]) -> Awaitable[None]:
        """Run statements with their values, without a session, which takes half the time. Otherwise as `write`."""
        return self._submit(_Write(None, rows))

    def read(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Run `work` on a snapshot; raises StoreUnavailable."""
        return asyncio.get_running_loop().run_in_executor(self._readers, functools.partial(self._read, work))

    @contextlib.asynccontextmanager
    async def hold(self, names: Iterable[str], *, shared: bool = False) -> AsyncIterator[Self]:
        """Hold names in this process, the only one that uses the file; a shared hold excludes others as well."""
        wanted = sorted(set(names))  # one order for all, so that no two wait for each other
        holds = [self._held.setdefault(name, _Hold()) for name in wanted]
        for hold in holds:
            hold.users += 1
        locked = 0
        try:
            for hold in holds:
                await hold.lock.acquire()
                locked += 1
            yield self
        finally:
            for hold in holds[:locked]:
                hold.lock.release()
            for name, hold in zip(wanted, holds, strict=True):
                hold.users -= 1
                if hold.users == 0:
                    del self._held[name]

    def listening(self, channel: str, wake: Callable[[str], None]) -> contextlib.nullcontext[None]:
        """Call `wake` never: no other server uses the file."""
        return contextlib.nullcontext()

    async def now(self) -> datetime.datetime:
        """Give this machine's time: no other server uses the file."""
        return utc_now()

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the database can be read, and written where the last write failed."""
        await self.read(_read_one_check)
        await asyncio.to_thread(self._refuse_removed)
        if self._last_write_failed:
            await self.write(_write_header)

    async def checkpoint(self) -> None:
        """Remove deleted data from the files now: SQLite's write-ahead log keeps older pages until a checkpoint.

        Does nothing while a reader is active; the next deletion then does it.
        """
        await self._submit(_Write(None))

    def close(self) -> None:
        """Let running work finish and close every connection."""
        self._writes.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        self._engine.dispose()

    def _submit(self, write: _Write) -> asyncio.Future[Any]:
        self._writes.put(write)
        return asyncio.wrap_future(write.done)

    def _read(self, work: Callable[[Session], T]) -> T:
        try:
            with Session(self._engine) as session:
                return work(session)
        except DBAPIError as error:
            raise unavailable() from error

    def _write_all(self) -> None:
        """The writer thread: commits queued writes until `None` is queued."""
        ended = False
        while not ended:
            waiting = [self._writes.get()]
            with contextlib.suppress(queue.Empty):
                while len(waiting) < MAX_WRITES_PER_COMMIT:
                    waiting.append(self._writes.get_nowait())
            ended = None in waiting
            pending = [write for write in waiting if write is not None and write.done.set_running_or_notify_cancel()]
            self._commit([write for write in pending if not write.is_checkpoint])
            for write in pending:
                if write.is_checkpoint:
                    write.attempt(self._checkpoint)

    def _commit(self, group: Sequence[_Write]) -> None:
        if len(group) > 1:
            try:
                results = self._transact(group)
            except Exception as error:  # noqa: BLE001 one write's error, raised below for that write alone, or the file's
                if _is_locked(error):  # each alone would wait for the lock again, the last of them for minutes
                    for write in group:
                        write.done.set_exception(unavailable())
                    return
            else:
                for write, result in zip(group, results, strict=True):
                    write.done.set_result(result)
                return
        for write in group:
            write.attempt(functools.partial(self._transact_one, write))

    def _transact_one(self, write: _Write) -> Any:
        return self._transact([write])[0]

    def _transact(self, group: Sequence[_Write]) -> list[Any]:
        self._refuse_removed()
        try:
            with self._engine.begin() as connection:
                results = [write.run(connection) for write in group]
        except DBAPIError as error:
            self._last_write_failed = True
            raise unavailable() from error
        self._last_write_failed = False
        return results

    def _refuse_removed(self) -> None:
        """SQLite would go on writing into a removed file, and lose it all when the process ends."""
        if _identity(self._file) != self._identity:
            raise StoreUnavailable("the database file was removed or replaced; put it back or restart", retry_after_s=5)

    def _checkpoint(self) -> None:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=0")
                try:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout={round(1000 * BUSY_TIMEOUT_S)}")
        except DBAPIError as error:
            raise unavailable() from error


class _Hold:
    """A lock on one name, kept while a task has it or waits for it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


class _Write:
    """One job of the writer thread: a function of a session, or rows; with neither, a checkpoint."""

    __slots__ = ("_rows", "_work", "done")

    def __init__(self, work: Callable[[Session], Any] | None, rows: Sequence[Rows] = ()) -> None:
        self._work = work
        self._rows = rows
        self.done: Future[Any] = Future()

    @property
    def is_checkpoint(self) -> bool:
        return self._work is None and not self._rows

    def run(self, connection: Connection) -> Any:
        """Do the work in the connection's transaction, and flush it so that errors are raised here."""
        for statement, values in self._rows:
            connection.execute(statement, values)
        if self._work is None:
            return None
        with Session(connection, expire_on_commit=False) as session:
            result = self._work(session)
            session.flush()
            return result

    def attempt(self, action: Callable[[], Any]) -> None:
        """Complete the write with the result of the action, or with its error."""
        try:
            self.done.set_result(action())
        except BaseException as error:  # noqa: BLE001 raised in the caller of the write
            self.done.set_exception(error)


def open_sqlite(file: Path, *, check: bool = True) -> SqliteDatabase:
    """Open or create the database and bring its tables up to date; raises ConfigError with what to do.

    `check` reads all of it first, so that a damaged page is found at start and not by a request.
    """
    engine = connect(file)
    try:
        if check:
            _refuse_damaged(engine, file)
        migrate(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise _unusable(file, _reason(error)) from error
    except ConfigError:
        engine.dispose()
        raise
    return SqliteDatabase(engine, file)


def connect(file: Path) -> Engine:
    """Make an engine on the file. In WAL mode readers are not blocked by the writer.

    synchronous=FULL syncs the log at each commit: with NORMAL a commit survives a killed process but not a power cut,
    and an answered check must survive both.
    """
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        hide_parameters=True,  # error messages are logged, and parameters are data of callers
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _refuse_damaged(engine: Engine, file: Path) -> None:
    with engine.connect() as connection:
        finding = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if finding != "ok":
        raise _unusable(file, str(finding).replace("\n", " "))


def _unusable(file: Path, reason: str) -> ConfigError:
    return ConfigError(
        f"store: {file} cannot be used ({reason}); nothing was changed. Restore it from a backup, or keep it and "
        f"read out what is left: sqlite3 {file.name} .recover | sqlite3 new.sqlite (docs/serving.md)"
    )


def _read_one_check(session: Session) -> None:
    session.execute(text("SELECT check_id FROM checks LIMIT 1"))


def _write_header(session: Session) -> None:
    """Write one page: an unused number in the file's header."""
    version = session.execute(text("PRAGMA user_version")).scalar_one()
    session.execute(text(f"PRAGMA user_version={(version + 1) % 2**31}"))


def _is_locked(error: Exception) -> bool:
    """Whether another process held the file's lock for the whole busy timeout."""
    cause = error.__cause__
    code = getattr(cause.orig, "sqlite_errorcode", 0) if isinstance(cause, DBAPIError) else 0
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the lower byte; the upper ones hold the extended code


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
