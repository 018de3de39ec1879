"""A case reports that its time is short and over, and that an answer is owed, unless that ended before."""

from __future__ import annotations

import datetime

from simulator.truth.case_timers import CaseTimers
from simulator.truth.events import CaseAnswered, CaseAsked, CaseMoved
from tests.simulator.truth.opened_case import opened_case

FRIDAY = datetime.datetime(2026, 3, 6, 14, tzinfo=datetime.UTC)  # 15:00 in Germany
HOUR = datetime.timedelta(hours=1)
MONDAY = FRIDAY + 72 * HOUR


def timers() -> CaseTimers:
    return CaseTimers(opened_case(FRIDAY))


def test_four_business_hours_before_the_end_and_at_the_end_once_each() -> None:
    case = timers()
    assert case.fire(MONDAY - 5 * HOUR) == []
    assert case.fire(MONDAY - 4 * HOUR) == ["due_soon"]
    assert case.fire(MONDAY) == ["overdue"]
    assert (case.fire(MONDAY + 100 * HOUR), case.is_waiting) == ([], False)


def test_whoever_looks_at_the_case_ends_nothing_and_a_decision_all() -> None:
    case = timers()
    case.move(CaseMoved(at=FRIDAY + HOUR, case_id="c", to="in_review", actor="operator"))
    assert case.is_waiting
    case.move(CaseMoved(at=FRIDAY + 2 * HOUR, case_id="c", to="upheld", actor="operator"))
    assert not case.is_waiting


def test_a_question_waits_for_its_answer_and_moves_the_end() -> None:
    case = timers()
    case.ask(CaseAsked(at=FRIDAY + HOUR, case_id="c"))
    assert case.fire(FRIDAY + 72 * HOUR) == []
    assert case.fire(FRIDAY + 73 * HOUR) == ["answer_reminder"]
    case.answer(CaseAnswered(at=MONDAY + HOUR, case_id="c", actor="notifier"))  # after 24 business hours
    assert case.fire(MONDAY + 19 * HOUR) == []
    assert case.fire(MONDAY + 20 * HOUR) == ["due_soon"]


def test_what_was_due_before_a_question_is_not_reported_again() -> None:
    case = timers()
    assert case.fire(MONDAY - 4 * HOUR) == ["due_soon"]
    case.ask(CaseAsked(at=MONDAY - HOUR, case_id="c"))
    assert case.fire(MONDAY + 239 * HOUR) == ["answer_reminder", "answer_overdue"]
    case.answer(CaseAnswered(at=MONDAY + 239 * HOUR, case_id="c", actor="notifier"))
    assert case.fire(MONDAY + 240 * HOUR) == ["overdue"]
