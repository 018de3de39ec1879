"""When things happen to a case by themselves: reminders, and the ends of its times."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from serving.cases.clocks.clock import Clock
from serving.cases.clocks.periods import HolderPeriod, complaint_window
from serving.schemas.enforcement.cases import Jurisdiction, TimerKind
from serving.store.cases.case_values import CaseClock, NewTimer, Pause, StoredCase

DECISION_HOURS: Final = 24.0
DUE_SOON_HOURS: Final = 20.0  # of the 24: four hours are left
ANSWER_REMINDER: Final = datetime.timedelta(days=3)
ANSWER_OVERDUE: Final = datetime.timedelta(days=10)


def start_clock(at: datetime.datetime, country: str) -> tuple[CaseClock, tuple[NewTimer, ...]]:
    """Start the 24 business hours of a country; raises CalendarUnknown."""
    clock = Clock(country=country, started_at=at, hours=DECISION_HOURS)
    return _stored(clock, None), _decision_timers(clock, at)


def pause_clock(case: StoredCase, at: datetime.datetime) -> tuple[CaseClock, tuple[NewTimer, ...]]:
    """Stop the clock while the notifier owes an answer, and remind of that."""
    clock = clock_of(case).pause(at)
    reminders = (
        NewTimer(kind="answer_reminder", fires_at=at + ANSWER_REMINDER),
        NewTimer(kind="answer_overdue", fires_at=at + ANSWER_OVERDUE),
    )
    return _stored(clock, case.clock.due_calendar), reminders


def resume_clock(case: StoredCase, at: datetime.datetime) -> tuple[CaseClock, tuple[NewTimer, ...]]:
    """Let the clock go on; what was due before the pause fires no second time."""
    clock = clock_of(case).resume(at)
    return _stored(clock, case.clock.due_calendar), _decision_timers(clock, at)


def renew_clock(
    case: StoredCase, pauses: Iterable[Pause], at: datetime.datetime
) -> tuple[CaseClock, tuple[NewTimer, ...]]:
    """Compute the clock by the calendar as it is known now: from its start through the pauses that ended.

    One that is paused stays so, and its calendar is that of its due time but for this pause.
    """
    clock = Clock(country=case.country, started_at=case.created_at, hours=DECISION_HOURS)
    for since, until in pauses:
        clock = clock.pause(since).resume(until)
    running = _stored(clock, None)
    if case.clock.paused_since is None:
        return running, _decision_timers(clock, at)
    return _stored(clock.pause(case.clock.paused_since), running.due_calendar), ()


def end_clock(case: StoredCase, at: datetime.datetime) -> tuple[CaseClock, bool]:
    """End the clock with the first decision; gives whether it came in time, by the due time as it was given before."""
    if case.clock.due_at is not None:
        return case.clock, at <= case.clock.due_at
    clock = clock_of(case)
    return _stored(clock.resume(at), case.clock.due_calendar), clock.is_in_time(at)


def clock_of(case: StoredCase) -> Clock:
    """Give the clock of a case as the value object that computes with it."""
    return Clock(
        country=case.country,
        started_at=case.created_at,
        hours=DECISION_HOURS,
        paused_since=case.clock.paused_since,
        paused_s=case.clock.paused_s,
    )


def holder_wait(jurisdiction: Jurisdiction, reached_at: datetime.datetime) -> tuple[NewTimer, ...]:
    """Give the end of the 15 days from when a declaration reached the right holder, where the law has them."""
    if jurisdiction != "CN":
        return ()
    return (NewTimer(kind="declaration_wait_over", fires_at=HolderPeriod(reached_at=reached_at).ends().at),)


def complaint_time(jurisdiction: Jurisdiction, country: str, at: datetime.datetime) -> tuple[NewTimer, ...]:
    """Give the end of the six months for a complaint from when a decision was communicated, where the law has them."""
    if jurisdiction != "EU":
        return ()
    return (NewTimer(kind="complaint_window_over", fires_at=complaint_window(at, country).at),)


def _decision_timers(clock: Clock, at: datetime.datetime) -> tuple[NewTimer, ...]:
    soon = Clock(country=clock.country, started_at=clock.started_at, hours=DUE_SOON_HOURS, paused_s=clock.paused_s)
    named: Iterable[tuple[TimerKind, Clock]] = (("due_soon", soon), ("overdue", clock))
    due = ((kind, one.due()) for kind, one in named)
    return tuple(NewTimer(kind=kind, fires_at=one.at) for kind, one in due if one is not None and one.at > at)


def _stored(clock: Clock, calendar: str | None) -> CaseClock:
    due = clock.due()
    return CaseClock(
        due_at=None if due is None else due.at,
        due_calendar=calendar if due is None else due.calendar,
        paused_since=clock.paused_since,
        paused_s=clock.paused_s,
    )
