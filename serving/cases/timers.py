"""What happens to cases by themselves: what a timer does, the task that fires them, and due times computed anew."""

from __future__ import annotations

import asyncio
import datetime
import functools
import logging
from typing import Final

from serving.cases.clocks.business_calendar import ESTIMATE_ENDINGS, is_older_estimate
from serving.cases.moving import WantedMove, decide_move, decide_renewal
from serving.clock import utc_now
from serving.errors import Unavailable
from serving.schemas.enforcement.cases import CaseState, TimerKind
from serving.schemas.events import EventType
from serving.store.cases.case_timer_rows import CaseTimerRows
from serving.store.cases.case_values import CaseChange, NewCaseEvent, StoredCase

POLL_S: Final = 15.0  # and at once after a start: what was due in a downtime fires late, once
FIRED_AT_ONCE: Final = 200
RENEWED_EVERY: Final = datetime.timedelta(days=1)  # an older server of the store may estimate after the start of this
_EVENTS: Final[dict[TimerKind, EventType]] = {
    "due_soon": "case.due_soon",
    "overdue": "case.escalated",
    "answer_reminder": "case.reminder",
    "answer_overdue": "case.escalated",
}
_MOVES: Final[dict[TimerKind, tuple[CaseState, str, str]]] = {
    "declaration_wait_over": (
        "reinstated",
        "no_holder_action",
        "The right holder gave no notice of a complaint or a suit within 15 days of receiving the declaration.",
    ),
    "complaint_window_over": (
        "closed",
        "complaint_window_over",
        "Six months passed since the decision was communicated, without a complaint.",
    ),
}
log = logging.getLogger("touchstone.serving")


def decide_timer(case: StoredCase, kind: TimerKind, now: datetime.datetime) -> CaseChange | NewCaseEvent:
    """Say what a timer does to its case; raises CaseMoveNotAllowed where the case can't be moved so."""
    if kind in _EVENTS:
        return NewCaseEvent(type=_EVENTS[kind], data={"timer": kind})
    to, code, reason = _MOVES[kind]
    return decide_move(case, WantedMove(to=to, reason_code=code, reason=reason), "server", now)


async def fire_due(rows: CaseTimerRows, now: datetime.datetime) -> int:
    """Fire the timers whose time has come, each once among all servers; gives how many this one fired.

    One that fails is logged and stays, and holds up none of the others.
    """
    fired = 0
    passed: set[str] = set()
    while due := [one for one in await rows.find_due(now, FIRED_AT_ONCE + len(passed)) if one.timer_id not in passed]:
        for timer in due:
            passed.add(timer.timer_id)
            try:
                fired += await rows.fire(timer.timer_id, functools.partial(decide_timer, now=now), now)
            except Unavailable:
                raise
            except Exception:
                log.exception("the timer %s of case %s failed and is tried again", timer.kind, timer.case_id)
    return fired


async def renew_estimates(rows: CaseTimerRows, now: datetime.datetime) -> int:
    """Compute due times anew that an older release of the calendar estimated; gives how many were written.

    Each is written once among all servers, in a transaction of its own, so that a kill leaves the others to the next
    start. One that fails is logged and stays, and holds up none of the others.
    """
    renewed, after = 0, None
    while found := await rows.find_clocks(ESTIMATE_ENDINGS, FIRED_AT_ONCE, after):
        after = found[-1].case_id
        for one in found:
            if not is_older_estimate(one.due_calendar):
                continue
            try:
                renewed += await rows.renew(one.case_id, functools.partial(decide_renewal, now=now))
            except Unavailable:
                raise
            except Exception:
                log.exception("the due time of case %s failed to be computed anew and is tried again", one.case_id)
    if renewed:
        log.info("%d due times of cases were computed anew by a newer calendar", renewed)
    return renewed


async def fire_periodically(rows: CaseTimerRows, *, poll_s: float = POLL_S) -> None:
    """Fire timers until cancelled, those of estimated due times by the newest calendar.

    A store that is unavailable is tried again.
    """
    renewed_at: datetime.datetime | None = None
    while True:
        try:
            now = utc_now()
            if renewed_at is None or abs(now - renewed_at) >= RENEWED_EVERY:
                await renew_estimates(rows, now)
                renewed_at = now
            await fire_due(rows, utc_now())
        except Unavailable as error:
            log.warning("timers of cases wait for the store: %s", error)
        await asyncio.sleep(poll_s)
