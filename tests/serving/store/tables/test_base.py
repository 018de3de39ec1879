from __future__ import annotations

import datetime
import importlib
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from serving.store import tables
from serving.store.tables import CheckRow, Table


def test_a_time_of_any_zone_is_stored_as_utc_and_read_back_aware(session: Session) -> None:
    east = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    row = session.get_one(CheckRow, "c")
    row.created_at = datetime.datetime(2026, 1, 1, 3, tzinfo=east)
    session.commit()
    stored = session.scalar(text("SELECT CAST(created_at AS VARCHAR) FROM checks"))
    assert stored.startswith("2025-12-31 21:30:00")
    session.expire_all()
    assert session.get_one(CheckRow, "c").created_at == row.created_at
    assert session.get_one(CheckRow, "c").created_at.tzinfo is datetime.UTC


def test_every_index_and_constraint_has_a_name_so_that_a_migration_can_change_it() -> None:
    tables = Table.metadata.sorted_tables
    assert sum(len(table.indexes) for table in tables) >= 10
    assert all(index.name for table in tables for index in table.indexes)
    assert all(constraint.name for table in tables for constraint in table.constraints)


def test_importing_the_package_registers_every_table() -> None:
    folder = Path(tables.__file__).parent
    files = {file.relative_to(folder).with_suffix("") for file in folder.rglob("*.py") if file.stem != "__init__"}
    names = {".".join((tables.__name__, *file.parts)) for file in files - {Path("base")}}
    defined = [vars(importlib.import_module(name)).values() for name in sorted(names)]
    rows = {kind.__name__ for found in defined for kind in found if isinstance(kind, type) and issubclass(kind, Table)}
    assert {"CheckRow", "ApiKeyRow"} < rows
    assert rows == set(tables.__all__)
