"""The database of a store that a command names: by the store's folder, or by an address of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from serving.store.database import postgresql, sqlite
from serving.store.database.shown_address import shown_address
from vision.errors import ConfigError

DATABASE_FILE = "checks.sqlite"


def is_address(store: str) -> bool:
    """Whether a store is named by an address and not by a folder."""
    return store.startswith(("postgresql:", "postgres:"))


def connect_store(store: str) -> Engine:
    """Connect to the database of a store that exists; raises ConfigError, or MissingExtra."""
    if is_address(store):
        return postgresql.connect(postgresql.parse_address(store))
    file = Path(store) / DATABASE_FILE
    if not file.is_file():
        raise ConfigError(
            f"store: {shown_address(store)} holds no {DATABASE_FILE}; name the folder that `store` has in the settings"
        )
    return sqlite.connect(file)
