"""How long an answer is needed: until the caller's deadline, and while the caller is connected."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator

from serving.errors import DeadlineExceeded


class CallerLeft(Exception):
    """The caller closed the connection before there was an answer."""


class Deadline:
    """The deadline of one request, `timeout_s` after now (None: no deadline), and the event that its caller left."""

    __slots__ = ("_ends_at", "_left", "_running", "_timeout_s")

    def __init__(self, timeout_s: float | None = None) -> None:
        self._timeout_s = timeout_s
        self._ends_at = None if timeout_s is None else time.monotonic() + timeout_s  # the clock of asyncio's loops
        self._running: asyncio.Timeout | None = None
        self._left = False

    @property
    def remaining_s(self) -> float:
        """Seconds until the deadline; infinite without one."""
        return math.inf if self._ends_at is None else self._ends_at - time.monotonic()

    def set_caller_left(self) -> None:
        """End what runs in `enforced`, now or later; a deadline that has passed already ends it as that."""
        if self._running is not None and self._running.expired():
            return
        self._left = True
        if self._running is not None:
            self._running.reschedule(0)  # in the past: the block is cancelled, and ends as by a timeout

    @contextlib.asynccontextmanager
    async def enforced(self) -> AsyncIterator[None]:
        """Cancel this block at the deadline or when the caller leaves; raises DeadlineExceeded or CallerLeft."""
        try:
            async with asyncio.timeout_at(self._ends_at) as running:
                self._running = running
                if self._left:
                    running.reschedule(0)
                yield
        except TimeoutError as error:
            if not running.expired():  # another timeout inside the block
                raise
            if self._left or self._timeout_s is None:
                raise CallerLeft from error
            raise DeadlineExceeded(
                f"the {self._timeout_s:g} s of Request-Timeout passed before the answer was there; nothing was kept"
            ) from error
        finally:
            self._running = None
