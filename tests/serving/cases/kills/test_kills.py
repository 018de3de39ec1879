"""Kills the process that opens, moves and times out cases: no move and no timer may be lost or doubled."""

from __future__ import annotations

import asyncio
import datetime
import json
import multiprocessing
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.cases.timers import fire_due
from serving.clock import time_from
from serving.store.tables import AuditEntryRow, CaseMoveRow, CaseRow, CaseTimerRow, EventRow
from tests.serving.builders.stores import Place, opened
from tests.serving.cases.kills import working_process
from tests.serving.cases.kills.working_process import BEGIN, STEP
from tests.serving.servers.occupied import until

KILLS = 20
FAR = datetime.timedelta(days=400)  # when every timer has come
EVENT_KINDS = {"due_soon": "case.due_soon", "overdue": "case.escalated"}


def kill_at_some_point(folder: Path, note: Path, began_at: datetime.datetime, rng: random.Random) -> None:
    """Start a process, let it answer some openings, and kill it at any point of what it does then."""
    before = len(noted(note))
    process = multiprocessing.get_context("forkserver").Process(
        target=working_process.run, args=(folder, began_at, note, 1000)
    )
    process.start()
    wanted = before + rng.randint(1, 6)
    until(lambda: len(noted(note)) >= wanted)
    time.sleep(rng.uniform(0, 0.03))
    process.kill()
    process.join()
    assert process.exitcode == -9


def noted(note: Path) -> list[str]:
    return note.read_text(encoding="utf-8").split() if note.exists() else []


async def fire_the_rest(folder: Path, now: datetime.datetime) -> None:
    with time_from(lambda: now):
        async with opened(folder) as store:
            await fire_due(store.case_timer_rows, now)


@pytest.mark.slow
@pytest.mark.timeout(300)  # twenty processes start; it takes 20 s on two idle cores
def test_after_twenty_kills_each_timer_fired_once_and_no_move_is_lost(tmp_path: Path) -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(
        ["alembic.command", "tests.serving.cases.kills.working_process"]
    )
    rng, note, now = random.Random(1), tmp_path / "opened", BEGIN
    for _ in range(KILLS):
        kill_at_some_point(tmp_path, note, now, rng)
        now += 3 * STEP
    end = now + FAR
    asyncio.run(fire_the_rest(tmp_path, end))
    engine = Place(folder=tmp_path).connect()
    with Session(engine) as session:
        cases = session.scalars(select(CaseRow)).all()
        timers = session.scalars(select(CaseTimerRow)).all()
        moves = session.scalars(select(CaseMoveRow).order_by(CaseMoveRow.case_id, CaseMoveRow.sequence)).all()
        events = Counter(
            (row.type, json.loads(row.data or "{}")["case_id"]) for row in session.scalars(select(EventRow))
        )
        entries = Counter(row.action for row in session.scalars(select(AuditEntryRow)) if row.object_kind == "case")
    engine.dispose()
    assert set(noted(note)) <= {case.case_id for case in cases}
    assert len(cases) >= KILLS
    wanted: Counter[tuple[str, str]] = Counter()
    for case in cases:
        own = [move for move in moves if move.case_id == case.case_id]
        assert [move.sequence for move in own] == [*range(1, case.version + 1)]
        assert [move.to_state for move in own] in (["received"], ["received", "rejected", "closed"])
        assert own[-1].to_state == case.state
        wanted["case.opened", case.case_id] = 1
        if len(own) > 1:
            wanted["case.moved", case.case_id] = len(own) - 1
    for timer in timers:
        assert (timer.fired_at is None) != (timer.cancelled_at is None)
        if timer.fired_at is not None and timer.kind in EVENT_KINDS:
            wanted[EVENT_KINDS[timer.kind], timer.case_id] += 1
    lost, doubled = wanted - events, events - wanted
    print(f"{len(cases)} cases, {len(moves)} moves, {len(timers)} timers; {len(lost)} lost, {len(doubled)} doubled")
    assert (lost, doubled) == (Counter(), Counter())
    assert entries == {"case.opened": len(cases), "case.moved": len(moves) - len(cases)}
