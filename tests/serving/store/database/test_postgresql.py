from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from serving.store.database.database import Database
from serving.store.database.postgresql import connect, open_postgresql, parse_address
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.store.database.contract import DatabaseContract


class TestPostgresql(DatabaseContract):
    @pytest.fixture
    def place(self, postgresql: PostgresqlServer) -> Iterator[str]:
        with postgresql.database() as address:
            yield address

    def open(self, place: str) -> Database:
        return open_postgresql(place)

    def connect(self, place: str) -> Engine:
        return connect(parse_address(place))
