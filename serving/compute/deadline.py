"""How long a check is worth judging: until the caller's deadline, and only while the caller is there."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator
from typing import Self

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from serving.errors import DeadlineExceeded, DeadlineUnreachable


class Patience:
    """The deadline of one request, counted from when its head was here, and whether its caller is still connected."""

    def __init__(self, timeout_s: float | None, receive: Receive) -> None:
        self._timeout_s = timeout_s
        self._start = time.monotonic()  # the clock of asyncio's loops
        self._receive = receive

    @classmethod
    def of(cls, request: Request, timeout_s: float | None) -> Self:
        """Give the patience of a request that came with `Request-Timeout`; None is without end."""
        return cls(timeout_s, request.receive)

    def refuse_hopeless(self, expected_wait_s: float) -> None:
        """Raise DeadlineUnreachable when the work would wait for longer than its caller does."""
        left_s = self._left_s()
        if expected_wait_s > left_s:
            raise DeadlineUnreachable(
                f"photos wait for about {expected_wait_s:.1f} s now, and of this request's Request-Timeout "
                f"{max(0.0, left_s):.1f} s are left; send the same again later",
                retry_after_s=min(30, max(1, math.ceil(expected_wait_s - left_s))),
            )

    @contextlib.asynccontextmanager
    async def within(self) -> AsyncIterator[asyncio.Timeout]:
        """Give up what runs in this block when the deadline passes; raises DeadlineExceeded."""
        try:
            async with asyncio.timeout_at(None if self._timeout_s is None else self._start + self._timeout_s) as limit:
                yield limit
        except TimeoutError as error:
            if not limit.expired() or self._timeout_s is None or self._left_s() > 0:
                raise
            raise DeadlineExceeded(
                f"the {self._timeout_s:g} s of Request-Timeout passed before the answer was there; nothing was kept"
            ) from error

    @contextlib.asynccontextmanager
    async def while_wanted(self) -> AsyncIterator[None]:
        """Like `within`, for when the body was read: also give up when the caller leaves; raises ClientDisconnect."""
        left = False

        async def watch(limit: asyncio.Timeout) -> None:
            nonlocal left
            while (await self._receive())["type"] != "http.disconnect":
                pass
            left = True
            limit.reschedule(0)  # in the past: the block is cancelled now, and the timeout takes the blame

        try:
            async with self.within() as limit:
                watcher = asyncio.create_task(watch(limit))
                try:
                    yield
                finally:
                    watcher.cancel()
        except TimeoutError as error:
            if not left:
                raise
            raise ClientDisconnect from error

    def _left_s(self) -> float:
        return math.inf if self._timeout_s is None else self._start + self._timeout_s - time.monotonic()
