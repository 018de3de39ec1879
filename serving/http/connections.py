"""Every open connection of one server: how many there may be, and how long each may keep what it has without using it.

uvicorn bounds neither: it waits for a request's head for ever, of any length, and for a reader of its answers too.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import resource
from typing import Protocol

from serving.monitoring.metrics import Metrics

SWEEP_S = 0.5  # how often deadlines are looked at: late by this much at most, and one timer instead of one a connection
RESERVED_FILES = 384  # descriptors for the store, for photos being read, for listeners, and for refused connections
MOST_LINGERING = 128  # refused connections that get their answer; past it they are closed without
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What one connection may take, in seconds, and how many there may be."""

    most: int
    head_timeout_s: float
    keep_alive_s: float
    send_timeout_s: float


class Watched(Protocol):
    """A connection as the watch sees it."""

    def look(self, now: float) -> None:
        """Act on whatever is overdue at this time of the loop."""

    def evict(self) -> None:
        """Close, since another connection needs the place."""


class Connections:
    """Keeps count; past the limit the connection that has been without a request for longest makes room."""

    def __init__(self, limits: ConnectionLimits, metrics: Metrics) -> None:
        self.limits = limits
        self.lingering = 0
        self._metrics = metrics
        self._open: set[Watched] = set()
        self._without_request: dict[Watched, None] = {}  # oldest first
        self._sweep: asyncio.TimerHandle | None = None
        metrics.watch_connections(lambda: len(self._open))

    def admit(self, connection: Watched) -> bool:
        """Take a connection in, at the cost of an idle one where need be; False when every place has a request."""
        if len(self._open) >= self.limits.most:
            if not self._without_request:
                self.count_closed("refused")
                return False
            oldest = next(iter(self._without_request))
            self.forget(oldest)
            self.count_closed("evicted")
            oldest.evict()
        self._open.add(connection)
        self._without_request[connection] = None
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(SWEEP_S, self._look_at_all)
        return True

    def forget(self, connection: Watched) -> None:
        """Let a connection go."""
        self._open.discard(connection)
        self._without_request.pop(connection, None)

    def has_request(self, connection: Watched) -> None:
        """Note that a request's head is here."""
        self._without_request.pop(connection, None)

    def waits(self, connection: Watched) -> None:
        """Note that a connection waits for its next request."""
        if connection in self._open:
            self._without_request[connection] = None

    def count_closed(self, reason: str) -> None:
        """Count a connection that we closed: evicted, refused, head_timed_out, head_too_large, idle, or slow_reader."""
        self._metrics.count_closed_connection(reason)

    def _look_at_all(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in tuple(self._open):
            connection.look(now)
        self._sweep = loop.call_later(SWEEP_S, self._look_at_all) if self._open else None


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
