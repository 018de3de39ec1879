"""What the store asks of a database, embedded or shared by several servers."""

from __future__ import annotations

import asyncio
import contextvars
import datetime
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from serving.errors import StoreUnavailable

T = TypeVar("T")
Rows = tuple[Executable, Mapping[str, object] | Sequence[Mapping[str, object]]]
RETRY_AFTER_S = 5


class Held(Protocol):
    """A database while names are held in it. Where the hold is lost with its connection, both functions fail."""

    def write_rows(self, rows: Sequence[Rows]) -> Awaitable[None]:
        """Run statements with their values in one transaction, without a session; called once, as the last step.

        They are on the disk when this returns. Raises StoreUnavailable.
        """

    def read(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Run `work` and give what it gives; raises StoreUnavailable."""


class Database(Held, Protocol):
    """Runs functions of a session beside the event loop. Every error of the database is StoreUnavailable.

    After StoreUnavailable a write was made or not, each wholly: where the connection is lost during a commit, nobody
    knows. A write that may be sent again therefore has a unique key, by which the second finds the first.
    """

    @property
    def is_shared(self) -> bool:
        """Whether other servers may use it at the same time."""

    def write(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """Run `work` as if no other write ran meanwhile; its changes are on the disk when this returns.

        `work` may run several times, of which one counts, in a thread and in a copy of the caller's context, so that
        an audit entry made in it has the address of the request in hand. Raises StoreUnavailable.
        """

    def write_rows(self, rows: Sequence[Rows]) -> Awaitable[None]:
        """Run statements with their values in one transaction, without a session, which takes half the time.

        They are on the disk when this returns. Other writes may run meanwhile. Raises StoreUnavailable.
        """

    def hold(self, names: Iterable[str], *, shared: bool = False) -> AbstractAsyncContextManager[Held]:
        """Hold names, so that no other server or task does; `shared` lets others hold them that are shared as well.

        A name is a SHA-256 in hexadecimal digits. Raises StoreUnavailable.
        """

    def listening(self, channel: str, wake: Callable[[str], None]) -> AbstractContextManager[None]:
        """Call `wake` in a thread with the text of each `notify` that is committed, or "" when one may be missed.

        An embedded database calls it never: whoever changes it is in this process.
        """

    async def now(self) -> datetime.datetime:
        """Give the time, that of the database where servers share it: leases compare times of several servers.

        Raises StoreUnavailable.
        """

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the database can be read, and written where the last write failed."""

    async def checkpoint(self) -> None:
        """Remove deleted data from the files now, where the database leaves that to its client."""

    def close(self) -> None:
        """Let running work finish and close every connection."""


def in_context(work: Callable[[Session], T]) -> Callable[[Session], T]:
    """Give work that runs in a copy of the context in which this is called, whichever thread runs it."""
    context = contextvars.copy_context()

    def run(session: Session) -> T:
        return context.run(work, session)

    return run


async def to_end(work: Coroutine[None, None, T]) -> T:
    """Let work that holds names end before its caller does, also where that is cancelled.

    Its threads go on after a cancellation. Without its hold they would remove a photo that another check has by then,
    or write by a connection that another transaction uses.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def unavailable() -> StoreUnavailable:
    """Give the error for a database that does not answer; the cause is in the log alone, since it may quote data."""
    return StoreUnavailable("the database does not answer; the log says why", retry_after_s=RETRY_AFTER_S)
