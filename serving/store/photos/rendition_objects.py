"""Renditions in an object storage, beside the photos, so that a deletion removes them for every server."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from serving.errors import StoreUnavailable
from serving.store.photos.object_storage import ObjectStorage
from serving.store.photos.photo_files import photo_path
from vision.photo.rendition import RenditionSide

T = TypeVar("T")
FOLDER = "renditions"
log = logging.getLogger("touchstone.serving")


class RenditionObjects:
    """Objects `renditions/VERSION/ab/abcd…-SIDE` by the photo's SHA-256: a `RenditionStore`.

    A photo's renditions are deleted by their names, which are known: a listing for each photo would be as many
    requests as photos, where one request deletes a thousand objects.
    """

    def __init__(self, storage: ObjectStorage, threads: ThreadPoolExecutor, version: int) -> None:
        self._storage = storage
        self._threads = threads
        self._version = version

    async def get(self, sha256: str, side_px: int) -> bytes | None:
        """Give a rendition, None where there is none, or where the storage does not answer."""
        try:
            return await self._run(functools.partial(self._storage.get, self._key(sha256, side_px))) or None
        except StoreUnavailable as error:
            log.warning("a rendition could not be read, and is made again: %s", error.__cause__)
            return None

    async def put(self, sha256: str, side_px: int, data: bytes) -> None:
        """Keep a rendition; the caller holds the photo and knows that it is still stored."""
        try:
            await self._run(functools.partial(self._storage.put, self._key(sha256, side_px), data))
        except StoreUnavailable as error:
            log.warning("a rendition was not kept, and is made again when it is next asked for: %s", error.__cause__)

    async def remove(self, sha256s: Sequence[str]) -> None:
        """Remove all renditions of these photos; the caller holds the photos. Raises StoreUnavailable."""
        keys = [self._key(sha256, side_px) for sha256 in sha256s for side_px in RenditionSide]
        if keys:
            await self._run(functools.partial(self._storage.remove, keys))

    async def remove_other_versions(self) -> None:
        """Remove the renditions of other versions; a server of another version makes its own again."""
        await self._run(self._remove_other_versions)

    def _remove_other_versions(self) -> None:
        for folder in self._storage.folders(FOLDER):
            if folder != f"{FOLDER}/{self._version}":
                for paths in self._storage.list(folder):
                    self._storage.remove(paths)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _key(self, sha256: str, side_px: int) -> str:
        return f"{FOLDER}/{self._version}/{photo_path(sha256)}-{side_px:d}"
