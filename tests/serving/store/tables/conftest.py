"""A migrated database with one check, on each kind of database."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from serving.store.database.migrations import migrate
from serving.store.tables import CheckRow
from tests.serving.builders.stores import Place


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    engine = place.connect()
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        session.add(check_row("c"))
        session.commit()
        yield session


def check_row(check_id: str) -> CheckRow:
    return CheckRow(
        check_id=check_id, created_at=datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC), product="toy",
        outcome="review", bundle_sha256="0" * 64, attributes={}, answer="{}",
    )  # fmt: skip
