"""The timers and clocks of cases in the store: each ends or moves once, in one transaction, on whichever server."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy import ColumnElement, and_, exists, or_, select, text
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.schemas.enforcement.cases import TimerKind
from serving.store.cases.case_rows import as_stored
from serving.store.cases.case_values import CaseChange, CaseClock, NewCaseEvent, Pause, StoredCase
from serving.store.cases.case_writing import add_case_event, write_change, write_clock
from serving.store.database.database import Database
from serving.store.tables import CaseRow, CaseTimerRow, ComplaintRow
from serving.store.tables.enforcement.case_progress import WAITING
from serving.store.tables.enforcement.cases import UNDECIDED

DecideTimer = Callable[[StoredCase, TimerKind], CaseChange | NewCaseEvent]
DecideRenewal = Callable[[StoredCase, Sequence[Pause]], CaseChange | CaseClock | None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer whose time has come."""

    timer_id: str
    case_id: str
    kind: TimerKind
    fires_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """The clock of an undecided case, by the calendar of its due time."""

    case_id: str
    due_calendar: str


class CaseTimerRows:
    """The timers of cases. Only the server itself fires them, so nothing here takes a Principal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_due(self, now: datetime.datetime, limit: int) -> list[DueTimer]:
        """Give at most `limit` timers whose time has come, the earliest first.

        The end of the time for complaints is none while one that came in time is undecided: a closed case could not be
        taken back by its reversal.
        """

        def work(session: Session) -> list[DueTimer]:
            due = select(CaseTimerRow).where(text(WAITING), CaseTimerRow.fires_at <= now, ~_waits_for_a_decision())
            rows = session.scalars(due.order_by(CaseTimerRow.fires_at, CaseTimerRow.timer_id).limit(limit))
            return [
                DueTimer(
                    timer_id=row.timer_id,
                    case_id=row.case_id,
                    kind=cast(TimerKind, row.kind),
                    fires_at=row.fires_at,
                )
                for row in rows
            ]

        return await self._database.read(work)

    async def fire(self, timer_id: str, decide: DecideTimer, now: datetime.datetime) -> bool:
        """End a timer with what it does, a move or an event; false where it has ended already, or waits.

        A move and its timer end in one transaction, so that a kill leaves both or neither. Of two servers the second
        finds it ended.
        """

        def work(session: Session) -> bool:
            one = select(CaseTimerRow).where(CaseTimerRow.timer_id == timer_id, text(WAITING), ~_waits_for_a_decision())
            timer = session.scalars(one.with_for_update()).one_or_none()
            if timer is None:
                return False
            timer.fired_at = now
            session.flush()  # so that a move does not cancel it
            case = session.get_one(CaseRow, timer.case_id)
            done = decide(as_stored(session, case), cast(TimerKind, timer.kind))
            if isinstance(done, NewCaseEvent):
                add_case_event(session, case, done)
            else:
                write_change(session, SERVER, case, done)
            return True

        return await self._database.write(work)

    async def find_clocks(self, endings: Sequence[str], limit: int, after: str | None) -> list[RunningClock]:
        """Give at most `limit` clocks of undecided cases that follow this one, whose calendar ends in one of these."""

        def work(session: Session) -> list[RunningClock]:
            ending = or_(*(CaseRow.due_calendar.endswith(one, autoescape=True) for one in endings))
            query = select(CaseRow.case_id, CaseRow.due_calendar).where(text(UNDECIDED), ending)
            query = query if after is None else query.where(CaseRow.case_id > after)
            found = session.execute(query.order_by(CaseRow.case_id).limit(limit))
            return [RunningClock(case_id=case_id, due_calendar=calendar or "") for case_id, calendar in found]

        return await self._database.read(work)

    async def renew(self, case_id: str, decide: DecideRenewal) -> bool:
        """Write what a pure function says of a clock: another due time is a move, with its timers.

        False where it stays. `decide` may be called several times.
        """

        def work(session: Session) -> bool:
            case = session.get(CaseRow, case_id)
            done = None if case is None else decide(as_stored(session, case), _pauses_of(case))
            if case is None or done is None:
                return False
            if isinstance(done, CaseChange):
                write_change(session, SERVER, case, done)
            else:
                write_clock(case, done)
            return True

        return await self._database.write(work)


def _pauses_of(case: CaseRow) -> list[Pause]:
    """Give the pauses of a clock that ended: from each question to its answer."""
    stays = [move for move in case.moves if move.from_state == move.to_state]
    asked = [move.at for move in stays if move.reason_code == "question"]
    answered = [move.at for move in stays if move.reason_code == "answer"]
    return list(zip(asked, answered, strict=False))  # the last question may wait


def _waits_for_a_decision() -> ColumnElement[bool]:
    """Match the timers that would close a case while a complaint about it is undecided."""
    is_open = exists().where(ComplaintRow.case_id == CaseTimerRow.case_id, ComplaintRow.state == "open")
    return and_(CaseTimerRow.kind == "complaint_window_over", is_open)
