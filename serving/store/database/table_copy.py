"""Copies the tables of SQLite into PostgreSQL; a copy that was killed goes on where it was."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Table, delete, func, insert, select, text, tuple_
from sqlalchemy.exc import DBAPIError

from serving.store.database.migrations import LOCK, find_revisions
from serving.store.tables import Table as Base
from vision.errors import ConfigError

ROWS_AT_ONCE = 500
BEGUN_BY_MIGRATIONS = {"event_numbers": {"number_id": 1, "last": 0}}  # the row that an empty database has
_Key = tuple[Any, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """A table as both databases have it: its rows, and the SHA-256 over them in the order of their keys."""

    name: str
    rows: int
    sha256: str


class TargetNotEmpty(ConfigError):
    """The target has rows that the source has not."""

    code = "copy_target_not_empty"


def count_rows(source: Engine) -> int:
    """Give the rows of all tables together."""
    with source.connect() as connection:
        return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in _tables())


def copy_tables(source: Engine, target: Engine, advance: Callable[[int], object]) -> list[CopiedTable]:
    """Copy all rows, and compare both sides when all are there; the source is only read.

    `advance` is called with how many more rows are in the target. A target that has the first rows of each table is one
    that an interrupted copy left, and the others follow; one with any other row is refused (TargetNotEmpty). Raises
    ConfigError where the tables are of different versions, another copy runs, or both sides differ at the end.
    """
    with source.connect() as reading, target.connect() as writing, target.connect() as locking:
        _refuse_other_versions(reading, writing)
        if not locking.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK + 1}):
            raise ConfigError("database: another copy into it is running; wait for its end")
        for table in _tables():
            _remove_begun(writing, table)
        last = {
            table.name: _find_last(reading, writing, table, advance) for table in _tables()
        }  # before any is changed
        writing.commit()
        for table in _tables():
            _copy_rows(reading, writing, table, last[table.name], advance)
            _continue_numbers(writing, table)
            writing.commit()
        return [_compare(reading, writing, table) for table in _tables()]


def _tables() -> list[Table]:
    """Give the tables, each after those that it refers to."""
    return list(Base.metadata.sorted_tables)


def _refuse_other_versions(reading: Connection, writing: Connection) -> None:
    (ours, newest), (theirs, _) = find_revisions(reading), find_revisions(writing)
    for name, revision in (("the source", ours), ("the target", theirs)):
        if revision != newest:
            raise ConfigError(f"store: {name} has the schema {revision}, not {newest}; run touchstone db migrate on it")


def _remove_begun(writing: Connection, table: Table) -> None:
    """Remove the row that the migrations made, which the source has in a later state."""
    begun = BEGUN_BY_MIGRATIONS.get(table.name)
    if begun is not None:
        writing.execute(delete(table).where(*(table.c[name] == value for name, value in begun.items())))


def _find_last(reading: Connection, writing: Connection, table: Table, advance: Callable[[int], object]) -> _Key | None:
    """Give the key of the last row that the target has, which are the first ones of the source; None for none."""
    last = None
    ours = _rows(reading, table)
    for there in _rows(writing, table):
        here = next(ours, None)
        if here is None or _line(table, there) != _line(table, here):
            raise TargetNotEmpty(
                f"database: its table {table.name} has rows that the source has not; no row of it was changed. Name "
                "an empty database, or one that an earlier copy of this store began to fill"
            )
        last = _key(table, there)
        advance(1)
    return last


def _copy_rows(
    reading: Connection, writing: Connection, table: Table, last: _Key | None, advance: Callable[[int], object]
) -> None:
    rows = _rows(reading, table, last)
    while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
        try:
            writing.execute(insert(table), [dict(row._mapping) for row in some])
        except DBAPIError as error:
            writing.rollback()
            raise ConfigError(
                f"database: the table {table.name} refused rows ({type(error.orig).__name__}), of the {len(some)} that "
                f"begin with the key {_key(table, some[0])}; those before it are there"
            ) from error
        writing.commit()
        advance(len(some))


def _continue_numbers(writing: Connection, table: Table) -> None:
    """Let the numbers that the database gives go on after those that were copied."""
    column = table.autoincrement_column
    if column is not None and writing.dialect.name == "postgresql":
        sequence = writing.scalar(text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name})
        if sequence is not None:
            highest = writing.scalar(select(func.max(column)))
            writing.execute(
                text("SELECT setval(:sequence, :number, :is_used)"),
                {"sequence": sequence, "number": highest or 1, "is_used": highest is not None},
            )


def _compare(reading: Connection, writing: Connection, table: Table) -> CopiedTable:
    found = [_digest(connection, table) for connection in (reading, writing)]
    if found[0] != found[1]:
        raise ConfigError(
            f"database: after copying, the table {table.name} has {found[1].rows} rows of SHA-256 {found[1].sha256}, "
            f"and the source {found[0].rows} of {found[0].sha256}: something else wrote into one of them; begin anew "
            "with an empty database"
        )
    return found[0]


def _digest(connection: Connection, table: Table) -> CopiedTable:
    digest, count = hashlib.sha256(), 0
    for row in _rows(connection, table):
        digest.update(_line(table, row))
        count += 1
    return CopiedTable(name=table.name, rows=count, sha256=digest.hexdigest())


def _rows(connection: Connection, table: Table, after: _Key | None = None) -> Iterator[Row[Any]]:
    """Give the rows in the order of their keys, which both databases sort alike, a few in memory at a time."""
    keys = _key_columns(table)
    query = select(table).order_by(*keys).limit(ROWS_AT_ONCE)
    while True:
        rows = connection.execute(query if after is None else query.where(tuple_(*keys) > tuple_(*after))).all()
        yield from rows
        if len(rows) < ROWS_AT_ONCE:
            return
        after = _key(table, rows[-1])


def _key_columns(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _key(table: Table, row: Row[Any]) -> _Key:
    return tuple(row._mapping[column] for column in _key_columns(table))


def _line(table: Table, row: Row[Any]) -> bytes:
    """Give a row as one line that does not depend on the database."""
    values = [row._mapping[column] for column in table.columns]
    return json.dumps(values, default=_as_json, sort_keys=True).encode() + b"\n"


def _as_json(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form for comparing")
