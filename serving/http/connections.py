"""The open connections of one server: how many there may be, and how long each may stay without making progress.

uvicorn bounds neither: it waits without end for a request's head, of any length, and for a reader of its answers.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import resource
from typing import Protocol

from serving.monitoring.metrics import Metrics

SWEEP_S = 0.5  # between two checks of all connections: one timer for all, and at most this late
RESERVED_FILES = 384  # file descriptors for the store, photos, listeners and refused connections
MAX_LINGERING = 128  # refused connections that still get their answer; beyond it they are closed without one
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """How many connections there may be, and the time limits of each, in seconds."""

    max_connections: int
    head_timeout_s: float
    keep_alive_s: float
    send_timeout_s: float


class Connection(Protocol):
    """What `Connections` asks of a connection."""

    def close_if_overdue(self, now: float) -> None:
        """Close it if a time limit has passed; `now` is the loop's time."""

    def evict(self) -> None:
        """Close it in favour of another connection."""


class Connections:
    """Counts them; at the limit, the connection that has been idle for longest is closed for a new one."""

    def __init__(self, limits: ConnectionLimits, metrics: Metrics) -> None:
        self.limits = limits
        self.lingering = 0
        self._metrics = metrics
        self._open: set[Connection] = set()
        self._idle: dict[Connection, None] = {}  # oldest first
        self._sweep: asyncio.TimerHandle | None = None
        metrics.watch_connections(lambda: len(self._open))

    def admit(self, connection: Connection) -> bool:
        """Admit a connection, if need be instead of an idle one; False where every connection has a request."""
        if len(self._open) >= self.limits.max_connections:
            if not self._idle:
                self.count_closed("refused")
                return False
            oldest = next(iter(self._idle))
            self.forget(oldest)
            self.count_closed("evicted")
            oldest.evict()
        self._open.add(connection)
        self._idle[connection] = None
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(SWEEP_S, self._close_overdue)
        return True

    def forget(self, connection: Connection) -> None:
        """Remove a connection that is closed."""
        self._open.discard(connection)
        self._idle.pop(connection, None)

    def set_busy(self, connection: Connection) -> None:
        """Note that a request's head has arrived."""
        self._idle.pop(connection, None)

    def set_idle(self, connection: Connection) -> None:
        """Note that a connection waits for its next request."""
        if connection in self._open:
            self._idle[connection] = None

    def count_closed(self, reason: str) -> None:
        """Count a connection that the server closed; the reason is a label of its metric."""
        self._metrics.count_closed_connection(reason)

    def _close_overdue(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in tuple(self._open):
            connection.close_if_overdue(now)
        self._sweep = loop.call_later(SWEEP_S, self._close_overdue) if self._open else None


def connections_allowed(wanted: int) -> int:
    """Raise this process's soft limit of open files to the hard one, and give how many connections fit under it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY:
        return wanted
    room = max(1, hard - min(RESERVED_FILES, hard // 2))
    if room < wanted:
        log.warning("max_connections: %d of %d, since this process may open %d files (ulimit -n)", room, wanted, hard)
    return min(wanted, room)
