"""Photos in a folder of this machine, or one that it mounts; the default."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import logging
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from obstore.exceptions import BaseError
from obstore.store import LocalStore

from serving.errors import PhotoNotFound, StoreUnavailable
from serving.store.photos.photo_store import refuse_damaged, sha256s_of

log = logging.getLogger("touchstone.serving")
T = TypeVar("T")
THREADS = 4
LIST_CHUNK = 500
SHARED_UNFINISHED_S = 3600.0  # where other servers write here: no photo takes an hour to write
ROOM_BYTES = 2**20  # about one photo: where this fits, a full disk has room again


class PhotoFiles:
    """A folder of photos, `ab/abcd…` by SHA-256: a `PhotoStore`.

    obstore is called from threads of our own: its asyncio functions (0.12) sometimes abort the interpreter when the
    process ends, 6 times of 30 in a loop.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(folder, unchanged_for_s=SHARED_UNFINISHED_S if shared else 0)
        self._folder = folder
        self._objects = LocalStore(prefix=folder)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="photo-store")
        self._last_put_failed = False
        self._durable: set[str] = set()  # folders whose own entry is known to be on the disk

    async def put(self, photos: Sequence[tuple[str, bytes]]) -> None:
        """Store photos under their SHA-256s; they are on the disk when this returns. Raises StoreUnavailable."""
        # In parallel: the disk takes several syncs in little more time than one. All have ended when this returns or
        # raises, since the caller's hold ends with it.
        work = [self._run(functools.partial(self._put_one, *photo)) for photo in dict(photos).items()]
        for result in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(result, BaseException):
                self._last_put_failed = True
                raise result
        self._last_put_failed = False

    async def get(self, sha256: str) -> bytes:
        """Give a photo's bytes as received; raises PhotoNotFound, and PhotoDamaged where they have another SHA-256."""
        found = await self._run(functools.partial(self._get_one, sha256))
        if found is None:
            raise PhotoNotFound("the photo's bytes are no longer in the store")
        return found

    async def has(self, sha256: str) -> bool:
        """Whether a photo is stored."""
        return await self._run((self._folder / photo_path(sha256)).is_file)

    async def remove(self, sha256s: Sequence[str]) -> None:
        """Remove photos' bytes; the caller holds them and knows that no check needs them. Raises StoreUnavailable."""
        await self._run(functools.partial(self._remove_all, sha256s))

    async def list_sha256s(self) -> AsyncIterator[list[str]]:
        """Give the SHA-256s of all stored photos, some hundred at a time."""
        chunks = iter(self._objects.list(chunk_size=LIST_CHUNK))
        while (chunk := await self._run(lambda: next(chunks, None))) is not None:
            yield sha256s_of(entry["path"] for entry in chunk)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the folder exists and can be written, which is tried after a failed write.

        A missing folder is reported once and made again: a server that is not ready gets no photo that would make it.
        """
        if not await self._run(self._folder.is_dir):
            await self._run(functools.partial(self._folder.mkdir, parents=True))
            log.error("the photo folder was gone and is made again; the photos that were in it are missing")
            raise StoreUnavailable("the photo folder was missing; it is made again, empty", retry_after_s=5)
        if not await self._run(lambda: os.access(self._folder, os.W_OK)):
            raise StoreUnavailable("the photo folder cannot be written", retry_after_s=5)
        if self._last_put_failed:
            await self._run(self._try_writing)
            self._last_put_failed = False

    def close(self) -> None:
        """Let running work finish and end the threads."""
        self._pool.shutdown(wait=True)

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except (BaseError, OSError) as error:
            raise StoreUnavailable("the photo folder does not answer; the log says why", retry_after_s=5) from error

    def _put_one(self, sha256: str, data: bytes) -> None:
        """Write to a temporary file, sync, rename, sync the folder: a file under its final name is always whole.

        Not by obstore, which syncs nothing and takes twice the processor time for its own threads.
        """
        file = self._folder / photo_path(sha256)
        if file.parent.name not in self._durable or not file.parent.is_dir():
            self._make_folder(file.parent)
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_size == len(data):
                _sync(file)  # it is there, but its writer may have been killed before the sync
                _sync(file.parent)
                return
        unfinished = file.with_name(f"{file.name}#{random.getrandbits(48)}")  # others may write the same photo now
        try:
            with unfinished.open("wb", buffering=0) as stream:
                written = stream.write(data)
                if written != len(data):
                    raise OSError(errno.ENOSPC, "the disk took a part of the photo only")
                os.fsync(stream.fileno())
            unfinished.rename(file)
        except OSError:
            unfinished.unlink(missing_ok=True)  # half a photo would only fill the disk further
            raise
        _sync(file.parent)

    def _try_writing(self) -> None:
        file = self._folder / "00" / "room#1"  # removed at the next start if this is killed
        file.parent.mkdir(exist_ok=True)
        try:
            with file.open("wb") as stream:
                stream.write(bytes(ROOM_BYTES))
                stream.flush()
                os.fsync(stream.fileno())
        finally:
            file.unlink(missing_ok=True)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _sync(self._folder)
        _sync(self._folder.parent)
        self._durable.add(folder.name)

    def _get_one(self, sha256: str) -> bytes | None:
        try:
            data = (self._folder / photo_path(sha256)).read_bytes()  # obstore takes three times the processor time
        except FileNotFoundError:
            return None
        refuse_damaged(sha256, data)
        return data

    def _remove_all(self, sha256s: Sequence[str]) -> None:
        for sha256 in sha256s:
            with contextlib.suppress(FileNotFoundError):
                self._objects.delete(photo_path(sha256))


def photo_path(sha256: str) -> str:
    """Give a photo's path inside its storage; 256 folders keep each one short."""
    return f"{sha256[:2]}/{sha256}"


def _sync(path: Path) -> None:
    """Push a file's content, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unfinished(folder: Path, *, unchanged_for_s: float) -> None:
    """Remove files that a killed process left half written; they are named `<sha256>#<n>`, as obstore does."""
    for file in folder.glob("*/*#*"):
        with contextlib.suppress(FileNotFoundError):  # another server may finish or remove it
            if time.time() - file.stat().st_mtime >= unchanged_for_s:
                file.unlink()
