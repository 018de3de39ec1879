"""A new store of each kind: on SQLite, and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.builders.stores import Place
from tests.serving.servers.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A folder of its own, and for PostgreSQL a database of its own: whoever asks for it runs on both."""
    if request.param == "sqlite":
        yield Place(folder=tmp_path)
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        with server.store() as database:
            yield Place(folder=tmp_path, database=database)
