from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.orm import Session

from serving.store.database.migrations import migrate
from serving.store.database.table_copy import TargetNotEmpty, copy_tables, count_rows
from serving.store.tables import BundleChangeRow, CheckRow, EventNumberRow, PhotoRow, ReviewRow, Table
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.old_store import write_old_store
from tests.serving.builders.stores import Place
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.store.tables.conftest import check_row
from vision.errors import ConfigError


class Stopped(Exception):
    """Ends a copy between two of its steps."""


@pytest.fixture
def old(tmp_path: Path) -> Place:
    return Place(folder=write_old_store(tmp_path / "old"))


@pytest.fixture
def new(tmp_path: Path, postgresql: PostgresqlServer) -> Iterator[Place]:
    with postgresql.store() as database:
        yield Place(folder=tmp_path, database=database)


@pytest.fixture
def source(old: Place) -> Iterator[Engine]:
    engine = old.connect()
    migrate(engine)
    with Session(engine) as session, session.begin():
        session.execute(text("UPDATE event_numbers SET last = 57"))
    yield engine
    engine.dispose()


@pytest.fixture
def target(new: Place) -> Iterator[Engine]:
    engine = new.connect()
    yield engine
    engine.dispose()


def test_a_store_of_the_first_version_is_migrated_and_copied_whole(
    old: Place, new: Place, source: Engine, target: Engine
) -> None:
    before = old.dump()
    done: list[int] = []
    copied = copy_tables(source, target, done.append)
    assert {table.name for table in copied} == set(Table.metadata.tables)
    rows = {table.name: table.rows for table in copied}
    assert (rows["checks"], rows["photos"], rows["reviews"], rows["bundle_changes"]) == (7, 14, 2, 1)
    assert sum(done) == sum(rows.values()) == count_rows(source)
    assert new.dump() == before == old.dump()


def test_new_rows_are_numbered_after_those_that_were_copied(source: Engine, target: Engine) -> None:
    copy_tables(source, target, len_of)
    with Session(target) as session:
        check_id = session.scalars(select(CheckRow.check_id).order_by(CheckRow.check_id)).first()
        review = ReviewRow(check_id=check_id, decision="genuine", note="", created_at=NOW)
        change = BundleChangeRow(created_at=NOW, name="a", action="activate", caller="open", note="", state="{}")
        session.add_all([review, change])
        session.flush()
        assert (review.review_id, change.change_id) == (10, 42)
        assert session.scalars(select(EventNumberRow.last)).all() == [57]


def len_of(_: int) -> None:
    """Nobody watches the progress."""


@pytest.mark.parametrize("rows", [1, 9, 20])
def test_a_copy_that_was_interrupted_goes_on_where_it_was(
    new: Place, old: Place, source: Engine, target: Engine, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.store.database.table_copy.ROWS_AT_ONCE", 3)
    done: list[int] = []

    def stop(more: int) -> None:
        done.append(more)
        if sum(done) >= rows:
            raise Stopped

    with pytest.raises(Stopped):
        copy_tables(source, target, stop)
    with Session(target) as session:
        left = sum(
            session.scalar(select(func.count()).select_from(table)) or 0 for table in Table.metadata.sorted_tables
        )
    assert 0 < left < count_rows(source)
    copy_tables(source, target, len_of)
    copy_tables(source, target, len_of)  # and once more changes nothing
    assert new.dump() == old.dump()


@pytest.mark.parametrize("change", ["another row", "a changed row"])
def test_a_target_with_other_data_is_refused(new: Place, source: Engine, target: Engine, change: str) -> None:
    if change == "another row":
        with Session(target) as session, session.begin():
            session.add(check_row("of another store"))
    else:
        copy_tables(source, target, len_of)
        with Session(target) as session, session.begin():
            session.execute(text("UPDATE photos SET kept = NOT kept WHERE position = 1"))
    before = new.dump()
    with pytest.raises(TargetNotEmpty, match="checks" if change == "another row" else "photos"):
        copy_tables(source, target, len_of)
    assert new.dump() == before


def test_rows_that_came_meanwhile_are_found_by_comparing(source: Engine, target: Engine) -> None:
    def write_into_a_copied_table(_: int) -> None:
        with Session(target) as session, session.begin():
            if session.scalar(select(func.count()).select_from(PhotoRow)) == 14:
                session.execute(text("UPDATE photos SET sha256 = 'x' WHERE position = 1"))

    with pytest.raises(ConfigError, match="the table photos has 14 rows"):
        copy_tables(source, target, write_into_a_copied_table)


def test_two_copies_at_once_are_refused(source: Engine, target: Engine) -> None:
    def copy_again(_: int) -> None:
        with pytest.raises(ConfigError, match="another copy"):
            copy_tables(source, target, len_of)
        raise Stopped

    with pytest.raises(Stopped):
        copy_tables(source, target, copy_again)


def test_tables_of_an_older_version_are_not_copied(old: Place, target: Engine) -> None:
    engine = old.connect()
    with pytest.raises(ConfigError, match="the source has the schema 0005, not "):
        copy_tables(engine, target, len_of)
    engine.dispose()


def test_a_row_that_postgresql_refuses_is_named(source: Engine, target: Engine) -> None:
    """SQLite keeps text longer than its column says."""
    with Session(source) as session, session.begin():
        values = {name: value for name, value in vars(check_row("z")).items() if not name.startswith("_")}
        session.execute(insert(CheckRow), [{**values, "outcome": "x" * 21}])
    with pytest.raises(ConfigError, match="the table checks refused rows"):
        copy_tables(source, target, len_of)
