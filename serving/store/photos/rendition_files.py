"""Renditions in a folder: smaller copies that were made once, beside the photos and deleted with them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from serving.errors import StoreUnavailable

log = logging.getLogger("touchstone.serving")


class RenditionFiles:
    """A folder of renditions, `VERSION/ab/abcd…-SIDE` by the photo's SHA-256: a `RenditionStore`.

    Any of them can be made again, so nothing is synced, and a disk that refuses one fails no request.
    """

    def __init__(self, folder: Path, version: int) -> None:
        self._folder = folder / str(version)

    async def get(self, sha256: str, side_px: int) -> bytes | None:
        """Give a rendition, None where there is none yet."""

        def read() -> bytes | None:
            try:
                return self._file(sha256, side_px).read_bytes() or None  # a crash may leave it empty
            except OSError:
                return None

        return await asyncio.to_thread(read)

    async def put(self, sha256: str, side_px: int, data: bytes) -> None:
        """Keep a rendition; the caller holds the photo and knows that it is still stored."""

        def write() -> None:
            file = self._file(sha256, side_px)
            unfinished = file.with_name(f"{file.name}#")
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                unfinished.write_bytes(data)
                unfinished.rename(file)
            except OSError as error:
                log.warning("a rendition was not kept, and is made again when it is next asked for: %s", error)
                with contextlib.suppress(OSError):
                    unfinished.unlink()

        await asyncio.to_thread(write)

    async def remove(self, sha256s: Sequence[str]) -> None:
        """Remove all renditions of these photos; the caller holds the photos. Raises StoreUnavailable."""

        def remove() -> None:
            for folder in {sha256[:2] for sha256 in sha256s}:
                _remove_of(self._folder / folder, {sha256 for sha256 in sha256s if sha256.startswith(folder)})

        try:
            await asyncio.to_thread(remove)
        except OSError as error:
            raise StoreUnavailable("the rendition folder does not answer; the log says why", retry_after_s=5) from error

    async def remove_other_versions(self) -> None:
        """Remove the folders of other versions; one that resists is tried again with the next sweep."""

        def remove() -> None:
            if self._folder.parent.is_dir():
                for other in self._folder.parent.iterdir():
                    if other != self._folder:
                        shutil.rmtree(other, ignore_errors=True)

        await asyncio.to_thread(remove)

    def _file(self, sha256: str, side_px: int) -> Path:
        return self._folder / sha256[:2] / f"{sha256}-{side_px}"


def _remove_of(folder: Path, sha256s: set[str]) -> None:
    """Remove the files of a folder whose names begin with one of these, unfinished ones as well."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.partition("-")[0] in sha256s:
                Path(entry.path).unlink(missing_ok=True)
