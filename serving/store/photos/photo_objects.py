"""Photos in an object storage, which several servers may share."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from serving.errors import PhotoNotFound
from serving.store.photos.object_storage import ObjectStorage
from serving.store.photos.photo_files import photo_path
from serving.store.photos.photo_store import refuse_damaged, sha256s_of

T = TypeVar("T")
FOLDER = "photos"


class PhotoObjects:
    """Objects `photos/ab/abcd…` by SHA-256, as the folder's files are named: a `PhotoStore`.

    The threads belong to whoever opened the storage.
    """

    def __init__(self, storage: ObjectStorage, threads: ThreadPoolExecutor) -> None:
        self._storage = storage
        self._threads = threads
        self._last_put_failed = False

    async def put(self, photos: Sequence[tuple[str, bytes]]) -> None:
        """Store photos under their SHA-256s; the storage has acknowledged them when this returns."""
        # All have ended when this returns or raises, since the caller's hold ends with it.
        work = [self._run(functools.partial(self._put_one, *photo)) for photo in dict(photos).items()]
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, BaseException):
                self._last_put_failed = True
                raise result
        self._last_put_failed = False

    async def get(self, sha256: str) -> bytes:
        """Give a photo's bytes as received; raises PhotoNotFound, and PhotoDamaged where they have another SHA-256."""
        return await self._run(functools.partial(self._get_one, sha256))

    async def has(self, sha256: str) -> bool:
        """Whether a photo is stored."""
        return await self._run(functools.partial(self._storage.size, _key(sha256))) is not None

    async def remove(self, sha256s: Sequence[str]) -> None:
        """Remove photos; the caller holds them and knows that no check needs them. Raises StoreUnavailable."""
        if sha256s:
            await self._run(functools.partial(self._storage.remove, [_key(sha256) for sha256 in sha256s]))

    async def list_sha256s(self) -> AsyncIterator[list[str]]:
        """Give the SHA-256s of all stored photos, some hundred at a time."""
        chunks = self._storage.list(FOLDER)
        while (chunk := await self._run(lambda: next(chunks, None))) is not None:
            yield sha256s_of(chunk)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the storage gives an object, and takes one, which is tried after a failure."""
        await self._run(functools.partial(self._storage.ping, write=self._last_put_failed))
        self._last_put_failed = False

    def close(self) -> None:
        """Let running work finish and end the threads."""
        self._threads.shutdown(wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _put_one(self, sha256: str, data: bytes) -> None:
        key = _key(sha256)
        if self._storage.size(key) != len(data):
            self._storage.put(key, data)

    def _get_one(self, sha256: str) -> bytes:
        data = self._storage.get(_key(sha256))
        if data is None:
            raise PhotoNotFound("the photo's bytes are no longer in the store")
        refuse_damaged(sha256, data)
        return data


def _key(sha256: str) -> str:
    return f"{FOLDER}/{photo_path(sha256)}"
