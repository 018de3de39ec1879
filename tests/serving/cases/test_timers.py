from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from serving.cases.moving import WantedMove
from serving.cases.service import Cases
from serving.cases.timers import decide_timer, fire_due, renew_estimates
from serving.clock import time_from
from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from serving.store.cases.case_values import CaseChange, CaseClock, NewCaseEvent, NewTimer, StoredCase
from serving.store.store import Store
from tests.serving.builders.cases.decided_cases import add_members
from tests.serving.builders.cases.estimated_cases import BEFORE_GOLDEN_WEEK, OLDER, estimated_opening, shanghai
from tests.serving.builders.cases.new_cases import HOUR, TOYS, new_case, stored
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened

DAY = datetime.timedelta(days=1)


async def types_of(store: Store) -> list[str]:
    await store.event_rows.number()
    found = await store.event_rows.find_page(SERVER, after=0, limit=1000)
    return [event.type for event in found.events]


def test_reminders_are_events_and_ends_of_waiting_periods_are_moves() -> None:
    for kind, event in (
        ("due_soon", "case.due_soon"), ("overdue", "case.escalated"), ("answer_reminder", "case.reminder"),
        ("answer_overdue", "case.escalated"),
    ):  # fmt: skip
        done = decide_timer(stored(), kind, NOW)  # type: ignore[arg-type]
        assert done == NewCaseEvent(type=event, data={"timer": kind})  # type: ignore[arg-type]
    chinese = stored(state="counter_notice", jurisdiction="CN", country="CN", decided_at=NOW)
    for case, kind, state in (
        (chinese, "declaration_wait_over", "reinstated"),
        (stored(state="forwarded", decided_at=NOW), "complaint_window_over", "closed"),
        (stored(state="rejected", decided_at=NOW), "complaint_window_over", "closed"),
    ):
        change = decide_timer(case, kind, NOW)  # type: ignore[arg-type]
        assert isinstance(change, CaseChange)
        assert (change.to_state, change.actor) == (state, "server")


def test_what_was_due_in_a_downtime_happens_late_and_once_however_many_servers_fire(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            with time_from(lambda: NOW):
                made = await Cases(store.case_rows).open(SERVER, new_case())
            rows, later = store.case_timer_rows, NOW + 30 * DAY
            assert await fire_due(rows, NOW) == 0
            assert sum(await asyncio.gather(*(fire_due(rows, later) for _ in range(4)))) == 2
            assert await types_of(store) == ["case.opened", "case.due_soon", "case.escalated"]
            assert (await store.case_rows.find(SERVER, made.case_id, later)).waiting == []

    asyncio.run(work())


def test_a_decision_ends_the_timers_of_the_clock(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            cases = Cases(store.case_rows)
            with time_from(lambda: NOW):
                made = await cases.open(SERVER, new_case(country="US"))
                await cases.move(SERVER, made.case_id, WantedMove(to="upheld"), version=1)
            assert await fire_due(store.case_timer_rows, NOW + 300 * DAY) == 0

    asyncio.run(work())


def test_after_chinas_15_days_the_listings_are_back(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            cases = Cases(store.case_rows)
            await add_members(store)
            with time_from(lambda: NOW):
                case_id = (await cases.open(TOYS, new_case(country="CN", opened_by="member"))).case_id
                for version, to in enumerate(("upheld", "forwarded", "counter_notice"), start=1):
                    wanted = WantedMove(to=to, reason="r")  # type: ignore[arg-type]
                    await cases.move(SERVER, case_id, wanted, version=version)
            assert await fire_due(store.case_timer_rows, NOW + 14 * DAY) == 0
            assert await fire_due(store.case_timer_rows, NOW + 20 * DAY) == 1
            case = await store.case_rows.find(SERVER, case_id, NOW)
            last = case.moves[-1]
            assert (case.state, last.actor, last.actor_name) == ("reinstated", "server", "server")
            assert last.reason_code == "no_holder_action"
            assert case.listings[0].removed_at is None

    asyncio.run(work())


def test_one_that_fails_holds_up_no_other_and_is_tried_again(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            with time_from(lambda: NOW):
                broken = await Cases(store.case_rows).open(SERVER, new_case(country="US"))
                await Cases(store.case_rows).open(SERVER, new_case(country="US"))

            window = NewTimer(kind="complaint_window_over", fires_at=NOW)  # of a case that can't be closed so

            def misplace(case: StoredCase) -> CaseChange:
                return CaseChange(
                    to_state="withdrawn", at=NOW, actor="operator", clock=case.clock, cancels=None, timers=(window,)
                )

            await store.case_rows.change(SERVER, broken.case_id, misplace)
            for _ in range(2):
                assert await fire_due(store.case_timer_rows, NOW + HOUR) == 0
            assert await fire_due(store.case_timer_rows, NOW + 9 * DAY) == 2

    asyncio.run(work())


def test_an_estimated_due_time_moves_once_and_its_reminders_fire_by_the_new_one(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            made = await store.case_rows.add(SERVER, new_case(country="CN"), estimated_opening(BEFORE_GOLDEN_WEEK))
            rows, now = store.case_timer_rows, shanghai("10-02 09:00")
            assert sum(await asyncio.gather(*(renew_estimates(rows, now) for _ in range(4)))) == 1
            assert await renew_estimates(rows, now) == 0
            case = await store.case_rows.find(SERVER, made.case_id, now)
            assert (case.due_at, case.version) == ("2026-10-08T04:00:00.000Z", 2)
            assert case.due_calendar not in (None, OLDER)
            assert [(one.kind, one.at) for one in case.waiting] == [
                ("due_soon", "2026-10-08T00:00:00.000Z"),
                ("overdue", "2026-10-08T04:00:00.000Z"),
            ]
            assert (case.moves[-1].reason_code, case.moves[-1].due_at) == ("calendar_updated", case.due_at)
            (entry,) = await store.audit_rows.find_before(SERVER, AuditFilter(action="case.moved"), 9)
            assert '"reason_code":"calendar_updated"' in entry.content
            assert await fire_due(rows, shanghai("10-06 12:00")) == 0  # the time of the estimate
            assert await fire_due(rows, shanghai("10-08 12:00")) == 2
            assert await types_of(store) == ["case.opened", "case.due_moved", "case.due_soon", "case.escalated"]

    asyncio.run(work())


def answer_by_estimate(case: StoredCase) -> CaseChange:
    """An answer as an older server took it, for which 5 to 7 October were business days."""
    clock = CaseClock(due_at=shanghai("10-09 00:00"), due_calendar=OLDER, paused_s=84 * 3600.0)
    return CaseChange(
        to_state="received", at=shanghai("10-08 06:00"), actor="operator", clock=clock, reason_code="answer"
    )


def test_a_pause_that_ended_is_read_from_the_moves_and_a_due_time_that_has_passed_stays(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            cases, opening = Cases(store.case_rows), estimated_opening(BEFORE_GOLDEN_WEEK)
            case_id = (await store.case_rows.add(SERVER, new_case(country="CN"), opening)).case_id
            opening = estimated_opening(BEFORE_GOLDEN_WEEK)
            passed = (await store.case_rows.add(SERVER, new_case(country="CN"), opening)).case_id
            with time_from(lambda: shanghai("09-30 18:00")):
                await cases.ask(SERVER, case_id, "Which logo?", version=1)
            await store.case_rows.change(SERVER, case_id, answer_by_estimate)
            assert await renew_estimates(store.case_timer_rows, shanghai("10-08 07:00")) == 1
            case = await store.case_rows.find(SERVER, case_id, NOW)
            assert (case.due_at, case.paused_s) == ("2026-10-08T16:00:00.000Z", 12 * 3600.0)
            assert (await store.case_rows.find(SERVER, passed, NOW)).due_at == "2026-10-05T04:00:00.000Z"

    asyncio.run(work())
