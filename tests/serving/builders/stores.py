"""Stores without a server, and what lies in their folders."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import Engine, select

from serving.store.database import postgresql, sqlite
from serving.store.database.named_store import DATABASE_FILE
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.store import Store, open_store
from serving.store.tables import Table


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store is: SQLite in the folder, or a PostgreSQL of the tests."""

    folder: Path
    database: str = ""

    def connect(self) -> Engine:
        if self.database:
            return postgresql.connect(postgresql.parse_address(self.database))
        return sqlite.connect(self.folder / DATABASE_FILE)

    def dump(self) -> str:
        """All that the tables hold."""
        engine = self.connect()
        with engine.connect() as connection:
            rows = [
                connection.execute(select(table).order_by(*table.primary_key)).all()
                for table in Table.metadata.sorted_tables
            ]
        engine.dispose()
        return str(rows)


@functools.cache
def _migrated_database() -> bytes:
    """The bytes of a database that has been migrated and holds nothing: migrating takes 0.2 s, copying them none."""
    with tempfile.TemporaryDirectory() as name:
        sqlite.open_sqlite(Path(name) / DATABASE_FILE).close()
        assert [file.name for file in Path(name).iterdir()] == [DATABASE_FILE]  # its log is written back
        return (Path(name) / DATABASE_FILE).read_bytes()


def fill_new_store(folder: Path) -> None:
    """Put a migrated database into a store's folder where there is none; one that can't be made is left as it is."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / DATABASE_FILE).open("xb") as stream:
            stream.write(_migrated_database())


@contextlib.asynccontextmanager
async def opened(place: Path | Place) -> AsyncIterator[Store]:
    where = Place(folder=place) if isinstance(place, Path) else place
    if not where.database:
        fill_new_store(where.folder)
    store = open_store(where.folder, database_url=where.database)
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
