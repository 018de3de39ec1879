"""Stores without a server, and what lies in their folders."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from serving.store.photos.location import PHOTO_FOLDER
from serving.store.store import Store, open_store


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    store = open_store(folder)
    try:
        yield store
    finally:
        store.close()


def photo_names(folder: Path) -> set[str]:
    """The names of the photo files in a store's folder."""
    return {file.name for file in (folder / PHOTO_FOLDER).rglob("*") if file.is_file()}


def database_bytes(folder: Path) -> bytes:
    """The bytes of the database with its write-ahead log."""
    return b"".join(file.read_bytes() for file in folder.glob("checks.sqlite*"))
