"""A database of many checks with ties in every column, written without judging anything."""

from __future__ import annotations

import contextlib
import datetime
import random
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from serving.store.database.migrations import migrate
from serving.store.tables import CheckRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place

OUTCOMES = ("genuine", "counterfeit", "review", "insufficient", "unsupported")


def many_rows(count: int, rng: random.Random) -> list[dict[str, Any]]:
    """Rows of checks, one every six hours; their values repeat, and some have none."""
    return [_row(number, rng) for number in range(count)]


@contextlib.contextmanager
def write_rows(place: Place, rows: Sequence[dict[str, Any]]) -> Iterator[Session]:
    """A session on a migrated database with these checks."""
    engine = place.connect()
    migrate(engine)
    try:
        with Session(engine) as session:
            session.execute(insert(cast(Table, CheckRow.__table__)), rows)
            session.commit()
            yield session
    finally:
        engine.dispose()


def _row(number: int, rng: random.Random) -> dict[str, Any]:
    outcome = rng.choice(OUTCOMES)
    authenticity = None if outcome in ("insufficient", "unsupported") else rng.choice((0.1, 0.25, 0.5, 0.5, 0.9))
    return {
        "check_id": str(uuid.UUID(int=(number << 80) | rng.getrandbits(60))),
        "created_at": NOW + number * datetime.timedelta(hours=6),
        "listing_id": rng.choice(("l1", "l2", None)),
        "seller_id": rng.choice(("s1", "s2", "s10", "Ärger", None)),
        "product": rng.choice(("toy", "mug")),
        "outcome": outcome,
        "authenticity": authenticity,
        "uncertainty": None if authenticity is None else 1 - 2 * abs(authenticity - 0.5),
        "decision": rng.choice(("genuine", "counterfeit", "cant_tell", None, None)),
        "bundle_sha256": "0" * 64,
        "views": None,
        "attributes": {},
        "answer": "{}",
    }
