"""Decides what a move does: a pure function of the case, who moves it, and the time."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Sequence
from typing import Final

from serving.cases.clocks.business_calendar import is_older_estimate
from serving.cases.clocks.periods import jurisdiction_of
from serving.cases.deadlines import (
    complaint_time,
    end_clock,
    holder_wait,
    pause_clock,
    renew_clock,
    resume_clock,
    start_clock,
)
from serving.cases.decision_policy import DecisionPolicy
from serving.cases.notices import DEFAULT_POLICY, SellerLink, further_answers, notices_of_move, questions, receipts
from serving.cases.states import END_STATES, UNDECIDED_STATES, MoveRule, find_move, moves_from
from serving.errors import CaseMoveNotAllowed, RequestInvalid
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import CaseActor, CaseState, TimerKind
from serving.store.cases.case_values import (
    CaseAddition,
    CaseChange,
    CaseClock,
    NewCase,
    NewCaseEvent,
    NewTimer,
    Opening,
    Pause,
    StoredCase,
    reason_words,
)

# A move that comes when its time is over, though the server did not close the case yet, is refused.
_TIME_FOR: Final[dict[tuple[CaseState, CaseState], TimerKind]] = {
    ("counter_notice", "holder_acted"): "declaration_wait_over",
    ("rejected", "in_review"): "complaint_window_over",
    ("forwarded", "counter_notice"): "complaint_window_over",
}
_DECIDING: Final[frozenset[CaseState]] = frozenset({"upheld", "rejected"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WantedMove:
    """A move that somebody asks for.

    `reached_at` is when a declaration reached the right holder, None: with the move. `links` are for the sellers'
    notices, one for each of the case's `shares_of`. `on_complaint` is the reversal of a decision on a complaint that
    came in time, whenever it is decided.
    """

    to: CaseState
    reason_code: str | None = None
    reason: str = ""
    reached_at: datetime.datetime | None = None
    links: tuple[SellerLink, ...] = ()
    on_complaint: bool = False


def opening_of(
    new: NewCase, case_id: str, actor: CaseActor, now: datetime.datetime, *, fast_track: bool = False
) -> Opening:
    """Say how a case begins; raises CalendarUnknown."""
    clock, timers = start_clock(now, new.country)
    return Opening(
        case_id=case_id,
        at=now,
        actor=actor,
        jurisdiction=jurisdiction_of(new.country),
        clock=clock,
        fast_track=fast_track,
        timers=timers,
        receipts=functools.partial(receipts, new, case_id, now),
    )


def decide_move(
    case: StoredCase,
    wanted: WantedMove,
    actor: CaseActor,
    now: datetime.datetime,
    policy: DecisionPolicy = DEFAULT_POLICY,
) -> CaseChange:
    """Say what a move does; raises CaseMoveNotAllowed, or RequestInvalid where its reason is missing.

    A clock that was set back gives no move an earlier time than the one before it. `policy` is what letters tell of.
    """
    at = max(now, case.moved_at)
    rule = _require_rule(case, wanted, actor, at)
    clock, in_time = _clock_after(case, wanted.to, at)
    timers = _timers_after(case, rule, wanted, at)
    notices = notices_of_move(
        case,
        wanted.to,
        reason_words(wanted.reason, wanted.reason_code),
        at,
        links=wanted.links,
        timers=timers,
        reached_at=wanted.reached_at or at,
        policy=policy,
    )
    return CaseChange(
        to_state=wanted.to,
        at=at,
        actor=actor,
        clock=clock,
        reason_code=wanted.reason_code,
        reason=wanted.reason,
        decided_in_time=in_time,
        takes_down={"upheld": True, "reinstated": False}.get(wanted.to),
        cancels=frozenset() if rule.clock == "goes_on" else None,
        timers=timers,
        notices=notices,
        events=(NewCaseEvent(type="case.moved"),),
    )


def decide_more_evidence(case: StoredCase, words: str, photos: int, now: datetime.datetime) -> CaseAddition:
    """Inform the right holder of what a seller adds, or another seller of the case answers; the case stays."""
    return CaseAddition(
        at=max(now, case.moved_at),
        notices=further_answers(case, words, photos),
        events=(NewCaseEvent(type="case.evidence_sent", data={"photos": photos}),),
    )


def decide_question(case: StoredCase, question: str, now: datetime.datetime) -> CaseChange:
    """Ask the notifier, and stop the clock until the answer; raises CaseMoveNotAllowed."""
    if case.state not in UNDECIDED_STATES or case.decided_at is not None:
        raise CaseMoveNotAllowed(f"the case is {case.state}; a question stops the clock of a case that is undecided")
    if case.notifier_removed:
        raise CaseMoveNotAllowed(
            "the member that notified was removed, and nobody answers for it; decide on what is here"
        )
    if case.clock.paused_since is not None:
        raise CaseMoveNotAllowed(
            f"a question was asked at {utc_text(case.clock.paused_since)} and has no answer yet; the clock stands still"
        )
    at = max(now, case.moved_at)
    clock, timers = pause_clock(case, at)
    return _stay(case, "operator", at, clock, timers, NewCaseEvent(type="case.paused"), "question", question)


def decide_answer(case: StoredCase, answer: str, actor: CaseActor, now: datetime.datetime) -> CaseChange:
    """Answer the question, and let the clock go on; raises CaseMoveNotAllowed."""
    if actor not in ("operator", "notifier"):
        raise CaseMoveNotAllowed("the notifier is asked; only it, or the operator for it, answers")
    if case.clock.paused_since is None:
        raise CaseMoveNotAllowed("no question waits for an answer; add what you know with the next move's reason")
    at = max(now, case.moved_at)
    clock, timers = resume_clock(case, at)
    return _stay(case, actor, at, clock, timers, NewCaseEvent(type="case.resumed"), "answer", answer)


def decide_renewal(case: StoredCase, pauses: Sequence[Pause], now: datetime.datetime) -> CaseChange | CaseClock | None:
    """Compute a due time that an older release of the calendar estimated; None where what was given stays.

    That is one of a case that was decided, one that has passed, and one that would have passed by now: nobody becomes
    late by what nobody knew. A CaseClock is given where the due time is the same, or the clock is paused.
    """
    before, is_undecided = case.clock, case.state in UNDECIDED_STATES and case.decided_at is None
    if not is_undecided or not is_older_estimate(before.due_calendar):
        return None
    if before.due_at is not None and before.due_at <= now:
        return None
    at = max(now, case.moved_at)
    clock, timers = renew_clock(case, pauses, at)
    if clock.due_at == before.due_at:
        return clock
    if before.due_at is None or clock.due_at is None or clock.due_at <= at:
        return None
    return CaseChange(
        to_state=case.state,
        at=at,
        actor="server",
        clock=clock,
        reason_code="calendar_updated",
        reason=f"The due time {utc_text(before.due_at)} was an estimate. By a newer release of the calendar it is "
        f"{utc_text(clock.due_at)}.",
        cancels=frozenset({"due_soon", "overdue"}),
        timers=timers,
        events=(NewCaseEvent(type="case.due_moved", data={"due_before": utc_text(before.due_at)}),),
    )


def allowed_moves(case: StoredCase, actor: CaseActor) -> list[MoveRule]:
    """Give the moves that an actor may make of a case."""
    return [*moves_from(case.state, actor, case.jurisdiction)]


def _stay(
    case: StoredCase,
    actor: CaseActor,
    at: datetime.datetime,
    clock: CaseClock,
    timers: tuple[NewTimer, ...],
    event: NewCaseEvent,
    reason_code: str,
    reason: str,
) -> CaseChange:
    return CaseChange(
        to_state=case.state,
        at=at,
        actor=actor,
        clock=clock,
        reason_code=reason_code,
        reason=reason,
        cancels=None,
        timers=timers,
        notices=questions(case, reason) if reason_code == "question" else (),
        events=(event,),
    )


def _require_rule(case: StoredCase, wanted: WantedMove, actor: CaseActor, at: datetime.datetime) -> MoveRule:
    rule = find_move(case.state, wanted.to)
    if rule is None or not rule.allows(actor, case.jurisdiction):
        may = ", ".join(one.to_state for one in moves_from(case.state, actor, case.jurisdiction))
        left = f"you may move it to {may}" if may else "no move of it is yours"
        ended = " It has ended." if case.state in END_STATES else ""
        raise CaseMoveNotAllowed(
            f"the case is {case.state} and can't be moved to {wanted.to} by the {actor}: {left}.{ended}"
        )
    if rule.needs_reason and not wanted.reason.strip() and wanted.reason_code is None:
        raise _invalid("reason", f"a move to {wanted.to} needs a reason, which the other side reads")
    _require_time(case, wanted, actor, at)
    if wanted.reached_at is not None:
        if wanted.to != "counter_notice" or actor != "operator":
            raise _invalid("reached_at", "only the operator sends it, with a move to counter_notice")
        if not case.moved_at <= wanted.reached_at <= at:
            raise _invalid("reached_at", "must be after the move before, and not in the future")
    return rule


def _require_time(case: StoredCase, wanted: WantedMove, actor: CaseActor, at: datetime.datetime) -> None:
    kind = _TIME_FOR.get((case.state, wanted.to))
    until = None if kind is None or actor == "server" or wanted.on_complaint else case.waiting.get(kind)
    if until is not None and at >= until:
        raise CaseMoveNotAllowed(f"the time for a move to {wanted.to} ended at {utc_text(until)}")


def _clock_after(case: StoredCase, to: CaseState, at: datetime.datetime) -> tuple[CaseClock, bool | None]:
    if to in _DECIDING and case.state in UNDECIDED_STATES and case.decided_at is None:
        return end_clock(case, at)
    if case.clock.paused_since is not None and to == "withdrawn":
        return dataclasses.replace(case.clock, paused_since=None), None
    return case.clock, None


def _timers_after(case: StoredCase, rule: MoveRule, wanted: WantedMove, at: datetime.datetime) -> tuple[NewTimer, ...]:
    if rule.clock == "waits_for_holder":
        if not case.has_holder and wanted.reached_at is None:
            return ()  # nobody was sent the declaration, so nobody's days run
        return holder_wait(case.jurisdiction, wanted.reached_at or at)
    if rule.clock == "opens_complaints":
        return complaint_time(case.jurisdiction, case.country, at)
    return ()


def _invalid(field: str, message: str) -> RequestInvalid:
    return RequestInvalid(f"{field}: {message}", [(field, message)])
