from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from serving.audit_log.entry import new_entry
from serving.errors import StoreUnavailable
from serving.principal import SERVER
from serving.store.audit_rows import AuditRows
from serving.store.database.database import Database
from serving.store.database.postgresql import open_postgresql
from serving.store.database.sqlite import open_sqlite
from serving.store.tables import AuditEntryRow
from tests.serving.servers.postgresql import PostgresqlServer


async def refuses_changes(database: Database) -> None:
    rows = AuditRows(database)
    sealed = await rows.append(new_entry(SERVER, "server.started", "server", "s"))
    for statement in (update(AuditEntryRow).values(actor="somebody"), delete(AuditEntryRow)):
        with pytest.raises(StoreUnavailable):
            await database.write_rows([(statement, {})])
    assert await rows.find_after(SERVER, 10) == [sealed]
    database.close()


def test_sqlite_refuses_to_change_or_delete_an_entry(tmp_path: Path) -> None:
    asyncio.run(refuses_changes(open_sqlite(tmp_path / "s")))


def test_postgresql_refuses_to_change_or_delete_an_entry(postgresql: PostgresqlServer) -> None:
    with postgresql.store() as address:
        asyncio.run(refuses_changes(open_postgresql(address)))
