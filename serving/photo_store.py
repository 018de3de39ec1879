"""The photos' bytes as received, each stored once under its SHA-256 however many checks show it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from obstore.exceptions import BaseError
from obstore.store import LocalStore

from serving.errors import PhotoNotFound, StoreUnavailable

T = TypeVar("T")
THREADS = 4
LIST_CHUNK = 500


class PhotoStore:
    """A folder of photos, `ab/abcd…` by hash. Who still needs a photo is known by the records, not here.

    obstore is called from threads of our own: its asyncio functions (0.12) abort the interpreter now and then when
    the process ends, 6 times of 30 in a loop.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(folder)
        self._folder = folder
        self._objects = LocalStore(prefix=folder)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="photo-store")
        self._held: dict[str, _Hold] = {}

    @contextlib.asynccontextmanager
    async def hold(self, hashes: Iterable[str]) -> AsyncIterator[None]:
        """Keep these photos from being removed while their bytes are put and their check is recorded, or the reverse.

        Without it a check could find the bytes there, another's deletion remove them as unused, and the first check
        then record a photo that is gone.
        """
        async with contextlib.AsyncExitStack() as stack:
            for photo_hash in sorted(set(hashes)):  # one order for everyone, so that no two wait for each other
                await stack.enter_async_context(self._hold_one(photo_hash))
            yield

    async def put(self, photos: Sequence[tuple[str, bytes]]) -> None:
        """Store photos under their hashes; they are on the disk when this returns. Raises StoreUnavailable."""
        # Beside each other: the disk takes several syncs in little more time than one. All have ended when this
        # returns or raises, since the caller's hold ends with it.
        work = [self._run(functools.partial(self._put_one, *photo)) for photo in dict(photos).items()]
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def get(self, photo_hash: str) -> bytes:
        """Give a photo's bytes as received; raises PhotoNotFound when the folder lost it."""
        found = await self._run(functools.partial(self._get_one, photo_hash))
        if found is None:
            raise PhotoNotFound("the photo's bytes are no longer in the store")
        return found

    async def remove(self, hashes: Sequence[str]) -> None:
        """Remove photos' bytes; the caller holds them and knows that no check needs them. Raises StoreUnavailable."""
        await self._run(functools.partial(self._remove_all, hashes))

    async def list_hashes(self) -> AsyncIterator[list[str]]:
        """Give the hashes of everything stored, some hundred at a time."""
        chunks = iter(self._objects.list(chunk_size=LIST_CHUNK))
        while (chunk := await self._run(lambda: next(chunks, None))) is not None:
            yield [entry["path"].rpartition("/")[2] for entry in chunk]

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the folder is there and can be written."""
        if not await self._run(lambda: os.access(self._folder, os.W_OK)):
            raise StoreUnavailable("the photo folder is missing or cannot be written", retry_after_s=5)

    def close(self) -> None:
        """Let running work finish and end the threads."""
        self._pool.shutdown(wait=True)

    @contextlib.asynccontextmanager
    async def _hold_one(self, photo_hash: str) -> AsyncIterator[None]:
        held = self._held.setdefault(photo_hash, _Hold())
        held.users += 1
        try:
            async with held.lock:
                yield
        finally:
            held.users -= 1
            if held.users == 0:
                del self._held[photo_hash]

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except (BaseError, OSError) as error:
            raise StoreUnavailable("the photo folder does not answer; the log says why", retry_after_s=5) from error

    def _put_one(self, photo_hash: str, data: bytes) -> None:
        try:
            found_bytes = self._objects.head(photo_path(photo_hash))["size"]
        except FileNotFoundError:
            found_bytes = -1
        if found_bytes != len(data):  # a power cut before the sync may have left the name with nothing behind it
            self._objects.put(photo_path(photo_hash), data)
            _sync_to_disk(self._folder / photo_path(photo_hash))

    def _get_one(self, photo_hash: str) -> bytes | None:
        try:
            return bytes(self._objects.get(photo_path(photo_hash)).bytes())
        except FileNotFoundError:
            return None

    def _remove_all(self, hashes: Sequence[str]) -> None:
        for photo_hash in hashes:
            with contextlib.suppress(FileNotFoundError):
                self._objects.delete(photo_path(photo_hash))


class _Hold:
    """A lock on one photo, kept while anyone has or wants it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


def photo_path(photo_hash: str) -> str:
    """Give where a photo lies inside the store's folder; 256 folders keep each one short."""
    return f"{photo_hash[:2]}/{photo_hash}"


def _sync_to_disk(file: Path) -> None:
    """Push a file and its folder's entry to the disk: obstore renames into place but does not sync."""
    for path in (file, file.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left half written; obstore names it `<key>#<n>` until it is whole."""
    for file in folder.glob("*/*#*"):
        file.unlink(missing_ok=True)
