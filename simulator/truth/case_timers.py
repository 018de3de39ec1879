"""What a case's timers have to report: reminders, and that a time is over. Moves that they make are in the ledger."""

from __future__ import annotations

import datetime
from typing import Final

from serving.schemas.enforcement.cases import TimerKind
from simulator.truth.business_hours import after_business_time
from simulator.truth.cases import ALLOWED, counted_pause
from simulator.truth.events import CaseAnswered, CaseAsked, CaseMoved, CaseOpened

SOON: Final = ALLOWED - datetime.timedelta(hours=4)
REMINDED_AFTER: Final = datetime.timedelta(days=3)
ESCALATED_AFTER: Final = datetime.timedelta(days=10)
REPORTS: Final = {
    "due_soon": "case.due_soon",
    "overdue": "case.escalated",
    "answer_reminder": "case.reminder",
    "answer_overdue": "case.escalated",
}
Timer = tuple[datetime.datetime, TimerKind]


class CaseTimers:
    """The timers of one case; a decision, a question and an answer end those that wait."""

    def __init__(self, opened: CaseOpened) -> None:
        self._opened = opened
        self._asked_at: datetime.datetime | None = None
        self._paused = datetime.timedelta()
        self._waiting = self._until_decision(opened.at)

    def ask(self, event: CaseAsked) -> None:
        """Wait for the notifier's answer, and no longer for the decision."""
        self._asked_at = event.at
        self._waiting = [(event.at + REMINDED_AFTER, "answer_reminder"), (event.at + ESCALATED_AFTER, "answer_overdue")]

    def answer(self, event: CaseAnswered) -> None:
        """Wait for the decision again; what was due before the question is not reported a second time."""
        opened = self._opened
        due_at = after_business_time(opened.at, ALLOWED + self._paused, opened.country)
        self._paused += counted_pause(self._asked_at or event.at, event.at, due_at, opened.country)
        self._waiting = self._until_decision(event.at)

    def move(self, event: CaseMoved) -> None:
        """End what waits, unless somebody only begins to look at the case."""
        if event.to != "in_review":
            self._waiting = []

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._waiting)

    def fire(self, now: datetime.datetime) -> list[TimerKind]:
        """Give what is due by now, once."""
        due = [kind for at, kind in self._waiting if at <= now]
        self._waiting = [(at, kind) for at, kind in self._waiting if at > now]
        return due

    def _until_decision(self, now: datetime.datetime) -> list[Timer]:
        allowed: list[tuple[TimerKind, datetime.timedelta]] = [("due_soon", SOON), ("overdue", ALLOWED)]
        opened = self._opened
        ends = [(after_business_time(opened.at, time + self._paused, opened.country), kind) for kind, time in allowed]
        return [(at, kind) for at, kind in ends if at > now]
