"""What is true of takedown cases: states, due times by arithmetic of its own, and whether each was in time."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Final

from serving.schemas.enforcement.cases import CaseState
from simulator.truth.business_hours import after_business_time, business_time
from simulator.truth.events import CaseAnswered, CaseAsked, CaseMoved, CaseOpened
from simulator.truth.ledger import Ledger

ALLOWED: Final = datetime.timedelta(hours=24)  # business time until the first decision
DECISIONS: Final = ("upheld", "rejected")
UNDECIDED: Final = ("received", "in_review")
ENDS: Final = ("withdrawn", "closed")
Happened = CaseMoved | CaseAsked | CaseAnswered


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueCase:
    """A case as it stands at the end, with its moves. `due_at` is when its first decision was or is due.

    Questions and answers are moves from a state to itself, as in the API.
    """

    opened: CaseOpened
    moves: tuple[CaseMoved, ...]
    state: CaseState
    due_at: datetime.datetime
    paused_since: datetime.datetime | None
    decided_at: datetime.datetime | None
    closed_at: datetime.datetime | None

    @property
    def is_undecided(self) -> bool:
        """Whether it waits for its first decision."""
        return self.state in UNDECIDED and self.decided_at is None

    @property
    def is_paused_in_time(self) -> bool:
        """Whether its clock stands: a question waits for its answer that was asked before the hours had passed."""
        return self.paused_since is not None and self.paused_since < self.due_at

    @property
    def decided_in_time(self) -> bool | None:
        """Whether the first decision came when it was due or before; None without a decision."""
        return None if self.decided_at is None else self.decided_at <= self.due_at

    def is_late(self, now: datetime.datetime) -> bool:
        """Whether the first decision came late, or is late by now and still to come; a clock that stands is not."""
        if self.decided_at is not None:
            return self.decided_at > self.due_at
        return self.is_undecided and not self.is_paused_in_time and now > self.due_at


def true_cases(ledger: Ledger) -> list[TrueCase]:
    """Give every case, oldest first."""
    happened: dict[str, list[Happened]] = {}
    for event in ledger.events:
        if isinstance(event, Happened):
            happened.setdefault(event.case_id, []).append(event)
    return [_case_of(opened, happened.get(opened.case_id, [])) for opened in ledger.all(CaseOpened)]


def counted_pause(
    asked_at: datetime.datetime, answered_at: datetime.datetime, due_at: datetime.datetime, country: str
) -> datetime.timedelta:
    """Give by how much business time an answer moves the end: not at all where the hours had passed at the question."""
    return business_time(asked_at, answered_at, country) if asked_at < due_at else datetime.timedelta()


def _case_of(opened: CaseOpened, happened: Iterable[Happened]) -> TrueCase:
    due_at = after_business_time(opened.at, ALLOWED, opened.country)
    moves: list[CaseMoved] = []
    state: CaseState = "received"
    paused_since = decided_at = closed_at = None
    paused = datetime.timedelta()
    for event in happened:
        if isinstance(event, CaseAsked):
            paused_since = event.at
            moves.append(CaseMoved(at=event.at, case_id=event.case_id, to=state, actor="operator"))
        elif isinstance(event, CaseAnswered):
            paused += counted_pause(paused_since or event.at, event.at, due_at, opened.country)
            due_at = after_business_time(opened.at, ALLOWED + paused, opened.country)
            paused_since = None
            moves.append(CaseMoved(at=event.at, case_id=event.case_id, to=state, actor=event.actor))
        else:
            moves.append(event)
            state = event.to
            if event.to in DECISIONS and decided_at is None:
                decided_at = event.at
            closed_at = event.at if event.to in ENDS else None
    return TrueCase(
        opened=opened,
        moves=tuple(moves),
        state=state,
        due_at=due_at,
        paused_since=paused_since,
        decided_at=decided_at,
        closed_at=closed_at,
    )
