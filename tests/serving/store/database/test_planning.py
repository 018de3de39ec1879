from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from sqlalchemy import Float, String, column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from serving.store.database.planning import unindexed
from serving.store.tables import CheckRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import plan_of
from tests.serving.builders.stored_checks import many_rows, write_rows
from tests.serving.builders.stores import Place


@pytest.fixture
def session(place: Place) -> Iterator[Session]:
    with write_rows(place, many_rows(1, random.Random(1))) as session:
        yield session


def test_sqlite_uses_no_index_for_the_column_and_postgresql_may(session: Session) -> None:
    by_time = select(CheckRow.check_id).where(CheckRow.created_at >= NOW)
    plan = plan_of(session, by_time.order_by(unindexed(CheckRow.check_id).desc()).limit(5))
    if session.connection().dialect.name == "sqlite":
        assert "ix_checks_created_at_check_id" in plan
        assert "TEMP B-TREE" in plan
    assert session.execute(by_time.order_by(unindexed(CheckRow.check_id))).all() != []


def test_a_column_keeps_its_type_and_its_name_in_the_table() -> None:
    assert isinstance(unindexed(column("c", Float)).type, Float)
    text = unindexed(CheckRow.seller_id)
    assert isinstance(text.type, String)
    statement = select(text).where(text >= "a")
    assert "+checks.seller_id >= " in str(statement.compile(dialect=sqlite.dialect()))
    assert "+" not in str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
