from __future__ import annotations

import datetime

import pytest

from serving.cases.clocks.clock import Clock

MONDAY = datetime.datetime.fromisoformat("2025-06-02T10:00+02:00")
HOUR = datetime.timedelta(hours=1)
CLOCK = Clock(country="DE", started_at=MONDAY)


def test_a_paused_clock_has_no_due_time() -> None:
    paused = CLOCK.pause(MONDAY + 6 * HOUR)
    assert paused.is_paused
    assert paused.due() is None
    assert not CLOCK.is_paused


def test_a_clock_that_is_paused_when_its_hours_have_passed_keeps_its_due_time() -> None:
    due = CLOCK.pause(MONDAY + 24 * HOUR).due()
    assert due is not None
    assert due.at == MONDAY + 24 * HOUR


def test_a_second_pause_or_a_resume_of_a_running_clock_changes_nothing() -> None:
    paused = CLOCK.pause(MONDAY + 6 * HOUR)
    assert paused.pause(MONDAY + 8 * HOUR) == paused
    assert CLOCK.resume(MONDAY + 6 * HOUR) == CLOCK


def test_the_business_time_of_pauses_is_kept_with_the_clock() -> None:
    clock = (
        CLOCK.pause(MONDAY + 6 * HOUR).resume(MONDAY + 9 * HOUR).pause(MONDAY + 10 * HOUR).resume(MONDAY + 11 * HOUR)
    )
    assert clock.paused_s == 4 * 3600
    due = clock.due()
    assert due is not None
    assert due.at == MONDAY + 28 * HOUR


def test_a_pause_does_not_begin_before_the_clock() -> None:
    assert CLOCK.pause(MONDAY - HOUR).paused_since == MONDAY


@pytest.mark.parametrize(
    ("decided_after_h", "is_in_time"), [(0, True), (23.9, True), (24, True), (24.001, False), (30, False)]
)
def test_a_decision_is_in_time_up_to_the_due_moment(decided_after_h: float, is_in_time: bool) -> None:
    assert CLOCK.is_in_time(MONDAY + decided_after_h * HOUR) == is_in_time


def test_a_decision_in_a_pause_that_began_in_time_is_in_time() -> None:
    assert CLOCK.pause(MONDAY + 23 * HOUR).is_in_time(MONDAY + 90 * HOUR)
    assert not CLOCK.pause(MONDAY + 25 * HOUR).is_in_time(MONDAY + 90 * HOUR)


def test_a_case_that_was_late_before_a_pause_stays_late() -> None:
    late = CLOCK.pause(MONDAY + 25 * HOUR).resume(MONDAY + 49 * HOUR)
    assert not late.is_in_time(MONDAY + 49 * HOUR)
    assert late.paused_s == 0
