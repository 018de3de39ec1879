"""Bounds how many fetches run at once: in all, and from one host, so that a slow host takes no other's place."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Slots:
    """Places of fetches; used from one event loop."""

    def __init__(self, *, in_all: int, per_host: int) -> None:
        self._per_host = per_host
        self._in_all = asyncio.Semaphore(in_all)
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}  # with the number of those that have or want a place

    @contextlib.asynccontextmanager
    async def hold(self, host: str) -> AsyncIterator[None]:
        """Wait for a place of the host, then for one of all: who waits for a slow host takes no place of another's."""
        places, users = self._hosts.get(host, (asyncio.Semaphore(self._per_host), 0))
        self._hosts[host] = places, users + 1
        try:
            async with places, self._in_all:
                yield
        finally:
            places, users = self._hosts.pop(host)
            if users > 1:
                self._hosts[host] = places, users - 1
