"""Kills the server that has the daily evaluation of fast track: no decision may be lost, and none made twice."""

from __future__ import annotations

import datetime
import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from serving.store.periodic_task_rows import LEASE
from serving.store.tables import AuditEntryRow, EventRow, FastTrackChangeRow, FastTrackRow, MemberRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place
from tests.serving.cases.kills import evaluating_process
from tests.serving.servers.occupied import until
from tests.serving.servers.postgresql import PostgresqlServer

KILLS = 5
MEMBERS = 160  # each out, and its three months are over


@pytest.fixture
def shared(tmp_path: Path, postgresql: PostgresqlServer) -> Iterator[Place]:
    """A store of several servers: on SQLite the only server begins anew whenever it starts."""
    with postgresql.store() as address:
        yield Place(folder=tmp_path, database=address)


@pytest.fixture
def engine(shared: Place) -> Iterator[Engine]:
    engine = shared.connect()
    with Session(engine) as session, session.begin():
        names = [f"m{number:03d}" for number in range(MEMBERS)]
        for name in names:
            session.add(MemberRow(member_id=name, name=name, category="toys", country="DE", created_at=NOW))
            session.add(
                FastTrackRow(
                    subject_kind="member", subject_id=name, member_id=name, standing="out", since=NOW, until=NOW,
                    evaluated_at=NOW, decided=0, upheld=0, counter_notices_won=0,
                )
            )  # fmt: skip
    yield engine
    engine.dispose()


def decided(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalars(select(func.count()).select_from(FastTrackChangeRow)).one()


def evaluate_until_killed(place: Place, engine: Engine, now: datetime.datetime, wanted: int, pause_s: float) -> None:
    process = multiprocessing.get_context("forkserver").Process(target=evaluating_process.run, args=(place, now))
    process.start()
    try:
        until(lambda: decided(engine) >= wanted)
        time.sleep(pause_s)
    finally:
        process.kill()
        process.join()
    assert process.exitcode == -9


@pytest.mark.slow
def test_each_decision_is_made_once_though_the_server_that_makes_them_is_killed(shared: Place, engine: Engine) -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(["tests.serving.cases.kills.evaluating_process"])
    rng, now = random.Random(6), NOW
    for left in range(KILLS, 0, -1):
        before = decided(engine)
        wanted = before + rng.randint(1, max(1, (MEMBERS - before) // (left + 1)))
        evaluate_until_killed(shared, engine, now, wanted, rng.uniform(0, 0.02))
        now += LEASE
    assert now - NOW < datetime.timedelta(days=1)  # none of it waited for the next day
    evaluate_until_killed(shared, engine, now, MEMBERS, 0.1)
    with Session(engine) as session:
        changes = Counter(session.scalars(select(FastTrackChangeRow.subject_id)))
        events = [json.loads(row.data or "{}") for row in session.scalars(select(EventRow))]
        entries = Counter(session.scalars(select(AuditEntryRow.object_id)))
        standings = Counter(session.scalars(select(FastTrackRow.standing)))
    assert changes == {f"m{number:03d}": 1 for number in range(MEMBERS)}
    assert Counter(event["subject_id"] for event in events) == changes
    assert entries == changes
    assert standings == {"standard": MEMBERS}
