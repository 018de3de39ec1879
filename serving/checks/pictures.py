"""Pictures of stored photos, for people to look at: drawn a few at a time, so that checks keep most threads."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import TypeVar

from serving.compute.executor import Compute
from serving.errors import Overloaded
from serving.store.store import Store
from vision.photo.decode import PhotoLimits
from vision.photo.rendition import upright_webp

T = TypeVar("T")
MAX_WAITING = 256  # a listing of 12 photos asks for about 15


class Pictures:
    """Draws pictures on the compute threads, at most on half of them, and makes each rendition once.

    A reviewer's page asks for some 15 pictures at once. In the queue of the compute threads they would delay checks, or
    have them refused; so they wait here, as hashes without bytes, and more than MAX_WAITING are refused.
    """

    def __init__(self, *, store: Store, compute: Compute, limits: PhotoLimits) -> None:
        self._store = store
        self._compute = compute
        self._limits = limits
        self._turns = asyncio.Semaphore(max(1, compute.threads // 2))
        self._waiting = 0
        self._making: dict[tuple[str, int], asyncio.Task[bytes]] = {}

    async def draw(self, sha256: str, draw: Callable[[bytes], T]) -> T:
        """Run `draw` on a stored photo's bytes; raises PhotoNotFound, PhotoError or Overloaded."""
        if self._waiting >= MAX_WAITING:
            raise Overloaded(f"{self._waiting} pictures wait already; ask for this one again later", retry_after_s=2)
        self._waiting += 1
        try:
            async with self._turns:
                data = await self._store.photos.get(sha256)
                return await self._compute.run(functools.partial(draw, data))
        finally:
            self._waiting -= 1

    async def rendition(self, sha256: str, side_px: int) -> bytes:
        """Give a photo as WebP of this longer side, kept from an earlier request or made now; raises as `draw`."""
        kept = await self._store.find_rendition(sha256, side_px)
        if kept is not None:
            return kept
        key = (sha256, side_px)
        if key not in self._making:
            self._making[key] = asyncio.create_task(self._make(sha256, side_px))
            self._making[key].add_done_callback(functools.partial(self._end, key))
        return await asyncio.shield(self._making[key])  # others may wait for it when this caller leaves

    def _end(self, key: tuple[str, int], made: asyncio.Task[bytes]) -> None:
        del self._making[key]
        if not made.cancelled():
            made.exception()  # seen, so that asyncio doesn't report it where every caller has left

    async def _make(self, sha256: str, side_px: int) -> bytes:
        made = await self.draw(sha256, functools.partial(upright_webp, max_side_px=side_px, limits=self._limits))
        await self._store.keep_rendition(sha256, side_px, made)
        return made
