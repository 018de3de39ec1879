from __future__ import annotations

import datetime

from serving.cases.deadlines import (
    complaint_time,
    end_clock,
    holder_wait,
    pause_clock,
    resume_clock,
    start_clock,
)
from serving.store.cases.case_values import CaseClock
from tests.serving.builders.cases.new_cases import stored

UTC = datetime.UTC
FRIDAY = datetime.datetime(2026, 11, 20, 14, tzinfo=UTC)  # 15:00 in Berlin
MONDAY = datetime.datetime(2026, 11, 23, 14, tzinfo=UTC)
HOUR = datetime.timedelta(hours=1)


def at(clock: CaseClock, created_at: datetime.datetime = FRIDAY) -> dict[str, object]:
    return {"clock": clock, "created_at": created_at, "moved_at": created_at}


def test_a_decision_is_due_after_24_business_hours_and_reminded_of_four_before() -> None:
    clock, timers = start_clock(FRIDAY, "DE")
    assert clock.due_at == MONDAY
    assert clock.due_calendar
    assert [(one.kind, one.fires_at) for one in timers] == [("due_soon", MONDAY - 4 * HOUR), ("overdue", MONDAY)]


def test_while_an_answer_is_owed_nothing_is_due_and_the_time_comes_after_it() -> None:
    clock, _ = start_clock(FRIDAY, "DE")
    paused, reminders = pause_clock(stored(**at(clock)), MONDAY - 10 * HOUR)
    assert (paused.due_at, paused.paused_since) == (None, MONDAY - 10 * HOUR)
    days = [(one.kind, (one.fires_at - (MONDAY - 10 * HOUR)).days) for one in reminders]
    assert days == [("answer_reminder", 3), ("answer_overdue", 10)]
    resumed, timers = resume_clock(stored(**at(paused)), MONDAY)
    assert (resumed.due_at, resumed.paused_since, resumed.paused_s) == (MONDAY + 10 * HOUR, None, 36_000)
    assert [one.fires_at for one in timers] == [MONDAY + 6 * HOUR, MONDAY + 10 * HOUR]


def test_what_was_due_before_a_question_is_not_due_again_after_the_answer() -> None:
    clock, _ = start_clock(FRIDAY, "DE")
    paused, _ = pause_clock(stored(**at(clock)), MONDAY - HOUR)  # due soon since three hours
    _, timers = resume_clock(stored(**at(paused)), MONDAY)
    assert [(one.kind, one.fires_at) for one in timers] == [("overdue", MONDAY + HOUR)]
    late, _ = pause_clock(stored(**at(clock)), MONDAY + HOUR)
    resumed, timers = resume_clock(stored(**at(late)), MONDAY + 5 * HOUR)
    assert (resumed.due_at, timers) == (MONDAY, ())


def test_a_decision_is_in_time_until_the_second_that_it_is_due() -> None:
    clock, _ = start_clock(FRIDAY, "DE")
    for moment, in_time in ((MONDAY, True), (MONDAY + datetime.timedelta(microseconds=1), False)):
        assert end_clock(stored(**at(clock)), moment) == (clock, in_time)
    paused, _ = pause_clock(stored(**at(clock)), MONDAY - HOUR)
    ended, in_time = end_clock(stored(**at(paused)), MONDAY + 100 * HOUR)
    assert in_time
    assert ended.paused_since is None
    late, _ = pause_clock(stored(**at(clock)), MONDAY + HOUR)
    assert not end_clock(stored(**at(late)), MONDAY + 2 * HOUR)[1]


def test_chinas_15_days_and_the_six_months_of_the_eu_are_there_alone() -> None:
    reached = datetime.datetime(2026, 11, 2, 3, tzinfo=UTC)  # 11:00 in Shanghai, a Monday
    assert [(one.kind, one.fires_at) for one in holder_wait("CN", reached)] == [
        ("declaration_wait_over", datetime.datetime(2026, 11, 17, 16, tzinfo=UTC))  # the 17th is over in Shanghai
    ]
    window = complaint_time("EU", "DE", datetime.datetime(2026, 1, 15, 12, tzinfo=UTC))
    assert [(one.kind, one.fires_at) for one in window] == [
        ("complaint_window_over", datetime.datetime(2026, 7, 15, 22, tzinfo=UTC))
    ]
    assert holder_wait("EU", reached) == holder_wait("other", reached) == ()
    assert complaint_time("CN", "CN", reached) == complaint_time("other", "US", reached) == ()
