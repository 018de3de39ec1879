"""Transactions on PostgreSQL: begun by one message, repeated where they met another, and their errors as ours."""

from __future__ import annotations

import contextlib
import functools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.orm import Session

from serving.errors import StoreUnavailable
from serving.store.database.database import RETRY_AFTER_S, Rows, unavailable

T = TypeVar("T")
REPEAT_S = 10.0  # how long a write is repeated that meets others
LONGEST_PAUSE_S = 0.2
CONFLICTS = frozenset({"40001", "40P01"})  # serialization_failure and deadlock_detected
# A constraint that a write running at the same time broke first: the second attempt sees that write and decides anew.
CONSTRAINTS = frozenset({"23503", "23505"})  # foreign_key_violation and unique_violation
QUOTING_CLASSES = ("22", "23")  # errors of data and of constraints, whose messages quote values
_LIMITS = (
    "SET LOCAL statement_timeout = '30s'; SET LOCAL lock_timeout = '10s'; "
    "SET LOCAL idle_in_transaction_session_timeout = '60s'"  # a hold is idle while photos are stored
)
_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_LIMITS}"
_ROWS = f"BEGIN ISOLATION LEVEL READ COMMITTED; {_LIMITS}"
_WRITE = f"BEGIN ISOLATION LEVEL SERIALIZABLE; {_LIMITS}"


class DatabaseFault(Exception):
    """The message of the database, without the values that its message may quote."""


class Transactions:
    """Runs transactions on an engine whose connections commit by themselves; each begins its own by one message.

    That message sets the time limits as well, and no statement is prepared: so a pgbouncer that pools transactions may
    stand between, and a plain BEGIN would take as many round trips. Raises StoreUnavailable.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.last_write_failed = False

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a snapshot."""
        return self._repeat(
            functools.partial(self._transact, _READ, functools.partial(_in_session, work), commit=False)
        )

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` as if no other write ran meanwhile."""
        once = functools.partial(self._transact, _WRITE, functools.partial(_in_session, work), commit=True)
        return self._repeat(once, decides_anew=True)

    def write_rows(self, rows: Sequence[Rows]) -> None:
        """Run statements with their values."""
        self._repeat(functools.partial(self._transact, _ROWS, functools.partial(_execute, rows), commit=True))

    def hold(self, numbers: Iterable[int], *, shared: bool) -> Connection:
        """Begin a transaction that has advisory locks on these numbers until it ends: see `finish` and `release`."""
        function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        listed = ",".join(map(str, sorted(set(numbers))))  # one order for all, so that no two wait for each other
        locks = f"; SELECT {function}(number) FROM unnest('{{{listed}}}'::bigint[]) AS number"
        return self._repeat(functools.partial(self._begin, _ROWS + locks))

    def finish(self, held: Connection, rows: Sequence[Rows]) -> None:
        """Write rows in the transaction of a hold, commit it, and give its connection back."""
        with self._translated(is_write=True):
            _execute(rows, held)
            self._commit(held)
            held.close()

    def read_held(self, held: Connection, work: Callable[[Session], T]) -> T:
        """Run `work` in the transaction of a hold; each of its statements sees what is committed by then."""
        with self._translated(is_write=False):
            return _in_session(work, held)

    def release(self, held: Connection) -> None:
        """End the transaction of a hold, taking back what is not committed; raises nothing."""
        try:
            held.close()
        except DBAPIError:  # it was lost, and its locks with it
            held.invalidate()
            held.close()

    def _repeat(self, attempt: Callable[[], T], *, decides_anew: bool = False) -> T:
        until = time.monotonic() + REPEAT_S
        pause_s = 0.002
        once = CONSTRAINTS if decides_anew else frozenset()
        while True:
            with self._translated(is_write=True):
                try:
                    return attempt()
                except DBAPIError as error:
                    state = _state_of(error)
                    if not (state in CONFLICTS | once or error.connection_invalidated) or time.monotonic() > until:
                        raise
                    once -= {state}
            time.sleep(random.uniform(0, pause_s))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _transact(self, begin: str, work: Callable[[Connection], T], *, commit: bool) -> T:
        with contextlib.closing(self._begin(begin)) as connection:
            result = work(connection)
            if commit:
                self._commit(connection)
            return result

    def _begin(self, begin: str) -> Connection:
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql(begin)
        except BaseException:
            connection.close()
            raise
        return connection

    def _commit(self, connection: Connection) -> None:
        """Commit. Where the connection is lost meanwhile nobody knows what became of it, so it is not repeated."""
        try:
            connection.commit()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self.last_write_failed = True
            raise StoreUnavailable(
                "the database was lost during a commit, which was made or not; ask whether it was before sending it "
                "again without an Idempotency-Key",
                retry_after_s=RETRY_AFTER_S,
            ) from _fault(error)
        self.last_write_failed = False

    @contextlib.contextmanager
    def _translated(self, *, is_write: bool) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PendingRollbackError, NoneFree) as error:  # the second: a held connection was lost before
            self.last_write_failed |= is_write
            raise unavailable() from _fault(error)


def _in_session(work: Callable[[Session], T], connection: Connection) -> T:
    with Session(connection, expire_on_commit=False) as session:
        result = work(session)
        session.flush()
        return result


def _execute(rows: Sequence[Rows], connection: Connection) -> None:
    for statement, values in rows:
        connection.execute(statement, values)


def _state_of(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _fault(error: SQLAlchemyError) -> DatabaseFault:
    if not isinstance(error, DBAPIError):
        return DatabaseFault("no connection was free" if isinstance(error, NoneFree) else "the connection was lost")
    state = _state_of(error)
    if state is None or not state.startswith(QUOTING_CLASSES):
        return DatabaseFault(f"{state or 'no answer'}: {error.orig}")
    diagnostic = getattr(error.orig, "diag", None)
    names = (getattr(diagnostic, name, None) for name in ("table_name", "column_name", "constraint_name"))
    return DatabaseFault(f"{state}: {type(error.orig).__name__} {' '.join(name for name in names if name)}".rstrip())
