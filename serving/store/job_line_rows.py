"""The lines of jobs in the store: leased to a server, ended, tried again, and read as results."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Awaitable, Sequence
from typing import cast

from sqlalchemy import Select, Table, Update, and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from serving.clock import utc_now
from serving.errors import JobLineNotFound, LineAbandoned
from serving.principal import Principal
from serving.schemas.checks import Check
from serving.schemas.jobs import EndState, JobResult, LineState
from serving.store.database.database import Database, Rows
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.job_progress import StoredResult, count_lines, describe_jobs, get_job, is_held, result_of
from serving.store.key_rows import products_of
from serving.store.tables import CheckRow, JobLineContentRow, JobLinePhotoRow, JobLineRow, JobRow

_LINES = cast(Table, JobLineRow.__table__)
_CONTENTS = cast(Table, JobLineContentRow.__table__)
_END_JUDGED = (
    update(_LINES)
    .where(_LINES.c.job_id == bindparam("of_job"), _LINES.c.line == bindparam("of_line"))
    .values(
        state=case((and_(_LINES.c.state == "running", _LINES.c.lease == bindparam("of_lease")), "judged")),
        lease=None,
        leased_until=None,
        not_before=None,
        ended_at=bindparam("now"),
        outcome=bindparam("its_outcome"),
        check_id=bindparam("its_check"),
        error_code=None,
        error_message=None,
    )
)
_DELETE_CONTENT = delete(_CONTENTS).where(
    _CONTENTS.c.job_id == bindparam("of_job"), _CONTENTS.c.line == bindparam("of_line")
)
_PHOTOS = cast(Table, JobLinePhotoRow.__table__)
_READ_CONTENT = (
    select(_CONTENTS.c.content, _PHOTOS.c.position, _PHOTOS.c.sha256)
    .outerjoin(_PHOTOS, and_(_PHOTOS.c.job_id == _CONTENTS.c.job_id, _PHOTOS.c.line == _CONTENTS.c.line))
    .where(_CONTENTS.c.job_id == bindparam("of_job"), _CONTENTS.c.line == bindparam("of_line"))
)
MAX_JOBS_A_MEMBER = 50  # considered for the next lines
_NEVER = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)  # `>=` it, since IS NOT NULL uses no index


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a line could not be judged: a stable code, and what to do."""

    code: str
    message: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A job with lines to judge; `caller` is who sent it, with the products that are the member's now."""

    job_id: str
    caller: Principal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeasedLine:
    """A line in this server's hands until its lease ends; `attempts` counts this one."""

    job: RunningJob
    line: int
    lease: str
    attempts: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LineContent:
    """What was sent as a line, and the SHA-256 of each photo whose bytes it lacks, by position."""

    content: bytes
    sha256s: dict[int, str]


class JobLineRows:
    """The rows of lines. `lease` names one run of one server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> Awaitable[datetime.datetime]:
        """Give the time by which lines are leased."""
        return self._database.now()

    def has_open_jobs(self) -> Awaitable[bool]:
        """Whether there is a job that has not ended: the one question of an idle server."""
        query = select(JobRow.job_id).where(JobRow.state.in_(("running", "cancelled")), JobRow.completed_at.is_(None))
        return self._database.read(lambda session: session.scalars(query.limit(1)).first() is not None)

    async def running_jobs(self, now: datetime.datetime) -> list[RunningJob]:
        """Give the jobs with lines to judge now, the oldest ones of each member."""

        def work(session: Session) -> list[RunningJob]:
            waits = _waiting_lines(JobRow.job_id, now).exists()
            number = func.row_number().over(partition_by=JobRow.member_id, order_by=JobRow.job_id).label("number")
            ranked = select(JobRow.job_id, JobRow.member_id, JobRow.caller, number)
            ranked = ranked.where(JobRow.state == "running", waits, ~is_held(now))
            each = ranked.subquery()
            query = select(each.c.job_id, each.c.member_id, each.c.caller).where(each.c.number <= MAX_JOBS_A_MEMBER)
            found = session.execute(query.order_by(each.c.job_id)).all()
            products = {
                member_id: products_of(session, member_id) for _, member_id, _ in found if member_id is not None
            }
            return [
                RunningJob(
                    job_id=job_id,
                    caller=Principal(name=name, rate_key=name, member_id=member_id, products=products.get(member_id)),
                )
                for job_id, member_id, name in found
            ]

        return await self._database.read(work)

    async def lease(
        self, jobs: Sequence[RunningJob], *, lease: str, now: datetime.datetime, until: datetime.datetime, limit: int
    ) -> list[LeasedLine]:
        """Take at most `limit` waiting lines, from the first job as long as it has some, then from the next."""

        def work(session: Session) -> list[LeasedLine]:
            taken: list[LeasedLine] = []
            for job in jobs:
                query = _waiting_lines(job.job_id, now).limit(limit - len(taken))
                found = session.execute(query.with_for_update(skip_locked=True)).all()
                if found:
                    _lease_lines(session, job.job_id, [line for line, _ in found], lease, until)
                taken += [LeasedLine(job=job, line=line, lease=lease, attempts=n + 1) for line, n in found]
                if len(taken) >= limit:
                    break
            return taken

        return await self._database.write(work)

    async def renew(self, lines: Sequence[LeasedLine], until: datetime.datetime) -> None:
        """Keep lines in hand until a later moment."""

        def work(session: Session) -> None:
            for line in lines:
                session.execute(_in_hand(line).values(leased_until=until))

        await self._database.write(work)

    async def give_back(self, lines: Sequence[LeasedLine]) -> None:
        """Let lines wait again at once, as if this server had not taken them."""

        def work(session: Session) -> None:
            for line in lines:
                session.execute(_in_hand(line).values(**_WAITING, attempts=line.attempts - 1))

        await self._database.write(work)

    async def take_back(self, now: datetime.datetime, *, max_attempts: int, alone: bool = False, own: str = "") -> int:
        """Let lines wait again whose lease has ended, or that are leased at all where no other server can have them
        (`alone`), but for those of the lease `own`; gives how many.

        A line that `max_attempts` servers had in hand as they ended is parked: it may be what ended them.
        """

        def expired(session: Session) -> list[tuple[str, int, int]]:
            open_jobs = select(JobRow.job_id).where(JobRow.state.in_(("running", "cancelled")))
            query = select(JobLineRow.job_id, JobLineRow.line, JobLineRow.attempts).where(
                JobLineRow.job_id.in_(open_jobs), JobLineRow.state == "running"
            )
            query = query.where(JobLineRow.lease != own if alone else JobLineRow.leased_until < now)
            return [(job_id, line, attempts) for job_id, line, attempts in session.execute(query)]

        if not await self._database.read(expired):
            return 0

        def work(session: Session) -> int:
            found = expired(session)
            for job_id, line, attempts in found:
                row = update(JobLineRow).where(JobLineRow.job_id == job_id, JobLineRow.line == line)
                if attempts < max_attempts:
                    session.execute(row.values(**_WAITING))
                else:
                    session.execute(row.values(**_ended("parked", now), **_fault_values(_abandoned(attempts))))
            return len(found)

        return await self._database.write(work)

    async def read_content(self, line: LeasedLine) -> LineContent | None:
        """Give what was sent as this line, None where it is gone."""

        def work(session: Session) -> LineContent | None:
            found = session.execute(_READ_CONTENT, {"of_job": line.job.job_id, "of_line": line.line}).all()
            if not found:
                return None
            sha256s = {position: sha256 for _, position, sha256 in found if sha256 is not None}
            return LineContent(content=found[0][0], sha256s=sha256s)

        return await self._database.read(work)

    async def photo_sha256s(self, job_id: str, *, states: Sequence[LineState] = ()) -> list[str]:
        """Give the SHA-256s of the photos that lines of a job wait with, all of them or those in some states."""
        query = select(JobLinePhotoRow.sha256).where(JobLinePhotoRow.job_id == job_id).distinct()
        if states:
            of_line = (JobLineRow.job_id == JobLinePhotoRow.job_id, JobLineRow.line == JobLinePhotoRow.line)
            query = query.join(JobLineRow, and_(*of_line)).where(JobLineRow.state.in_(states))
        return await self._database.read(lambda session: list(session.scalars(query)))

    async def retry(self, line: LeasedLine, fault: Fault, not_before: datetime.datetime) -> None:
        """Let a line wait until a moment, after a failure that may pass."""

        def work(session: Session) -> None:
            session.execute(_in_hand(line).values({**_WAITING, "not_before": not_before, **_fault_values(fault)}))

        await self._database.write(work)

    async def park(self, line: LeasedLine, fault: Fault, now: datetime.datetime) -> None:
        """End a line that cannot be judged; a replay lets it wait again."""

        def work(session: Session) -> None:
            session.execute(_in_hand(line).values(**_ended("parked", now), **_fault_values(fault)))

        await self._database.write(work)

    def ended_jobs(self) -> Awaitable[list[str]]:
        """Give the jobs that have no line left and are to be ended."""
        return self._database.read(_ended_jobs)

    async def complete_jobs(self, job_ids: Sequence[str], now: datetime.datetime) -> list[str]:
        """End those of some jobs that have no line left, and give their ids."""

        def work(session: Session) -> list[str]:
            found = [job_id for job_id in _ended_jobs(session) if job_id in job_ids]
            for job_id in found:
                _complete_job(session, job_id, now)
            return found

        return await self._database.write(work) if job_ids else []

    async def find_results(
        self, job_id: str, caller: Principal, limit: int, *, after: int = 0, state: EndState | None = None
    ) -> list[StoredResult]:
        """Give at most `limit` results that follow a place, in the order in which lines ended; raises JobNotFound.

        A result has its place once its end is committed, so none appears before a place that was given already.
        """

        def work(session: Session) -> list[StoredResult]:
            get_job(session, job_id, caller)
            query = select(JobLineRow, CheckRow.answer).outerjoin(CheckRow, CheckRow.check_id == JobLineRow.check_id)
            query = query.where(JobLineRow.job_id == job_id, JobLineRow.position > after)
            if state is not None:
                query = query.where(JobLineRow.state == state)
            query = query.order_by(JobLineRow.position).limit(limit)
            return [result_of(row, answer, caller) for row, answer in session.execute(query)]

        def find_unplaced(session: Session) -> int | None:
            get_job(session, job_id, caller)  # first: who may not see the job must not place its results either
            return session.scalars(_unplaced(job_id).limit(1)).first()

        if await self._database.read(find_unplaced) is not None:
            await self._database.write(lambda session: _place_results(session, job_id))
        return await self._database.read(work)

    async def find_line(self, job_id: str, line: int, caller: Principal) -> JobResult:
        """Give one line's result, or its state; raises JobNotFound or JobLineNotFound."""

        def work(session: Session) -> JobResult:
            get_job(session, job_id, caller)
            query = select(JobLineRow, CheckRow.answer).outerjoin(CheckRow, CheckRow.check_id == JobLineRow.check_id)
            query = query.where(JobLineRow.job_id == job_id, JobLineRow.line == line)
            found = session.execute(query).one_or_none()
            if found is None:
                raise JobLineNotFound(f"job {job_id} has no line {line}; empty lines have no result")
            return result_of(found[0], found[1], caller).result

        return await self._database.read(work)


def cancel_waiting(session: Session, job_id: str, now: datetime.datetime) -> None:
    """End the lines of a job that wait."""
    waiting = select(JobLineRow.line).where(JobLineRow.job_id == job_id, JobLineRow.state == "waiting")
    contents = JobLineContentRow.job_id == job_id, JobLineContentRow.line.in_(waiting)
    session.execute(delete(JobLineContentRow).where(*contents), execution_options={"synchronize_session": False})
    ended = update(JobLineRow).where(JobLineRow.job_id == job_id, JobLineRow.state == "waiting")
    session.execute(ended.values(**_ended("cancelled", now)))


def judged_line(line: LeasedLine, answer: Check) -> list[Rows]:
    """Give the statements that end a line with its check, for the transaction that adds the check.

    Where the line is no longer in this server's hands its state becomes null, which the table refuses: the transaction
    fails and keeps no check, so that none is made twice. Where the job was deleted meanwhile the check alone is kept.
    """
    key = {"of_job": line.job.job_id, "of_line": line.line}
    ended = {"of_lease": line.lease, "now": utc_now()}
    return [
        (_END_JUDGED, {**key, **ended, "its_outcome": answer.outcome, "its_check": answer.check_id}),
        (_DELETE_CONTENT, key),
    ]


_FREE: dict[str, object] = {"lease": None, "leased_until": None, "not_before": None}
_WAITING: dict[str, object] = {**_FREE, "state": "waiting"}


def _ended(state: EndState, now: datetime.datetime) -> dict[str, object]:
    return {**_FREE, "state": state, "ended_at": now}


def _fault_values(fault: Fault) -> dict[str, object]:
    return {"error_code": fault.code, "error_message": fault.message}


def _abandoned(attempts: int) -> Fault:
    return Fault(
        code=LineAbandoned.code,
        message=f"{attempts} times a server ended while it had this line in hand; judge it alone before you replay it",
    )


def _in_hand(line: LeasedLine) -> Update:
    """Change a line that is still in this server's hands."""
    return update(JobLineRow).where(
        JobLineRow.job_id == line.job.job_id,
        JobLineRow.line == line.line,
        JobLineRow.state == "running",
        JobLineRow.lease == line.lease,
    )


def _waiting_lines(job_id: str | InstrumentedAttribute[str], now: datetime.datetime) -> Select[int, int]:
    due = or_(JobLineRow.not_before.is_(None), JobLineRow.not_before <= now)
    query = select(JobLineRow.line, JobLineRow.attempts).where(
        JobLineRow.job_id == job_id, JobLineRow.state == "waiting", JobLineRow.outcome.is_(None), due
    )
    return query.order_by(JobLineRow.line)


def _lease_lines(session: Session, job_id: str, lines: Sequence[int], lease: str, until: datetime.datetime) -> None:
    taken = update(JobLineRow).where(JobLineRow.job_id == job_id, JobLineRow.line.in_(lines))
    session.execute(
        taken.values(state="running", lease=lease, leased_until=until, attempts=JobLineRow.attempts + 1),
        execution_options={"synchronize_session": False},
    )


def _ended_jobs(session: Session) -> list[str]:
    """Give the jobs without a line left; of a cancelled one, waiting lines are none: they came back from a server."""
    lines = select(JobLineRow.line).where(JobLineRow.job_id == JobRow.job_id)
    running, waiting = (lines.where(JobLineRow.state == state).exists() for state in ("running", "waiting"))
    query = select(JobRow.job_id).where(JobRow.state.in_(("running", "cancelled")), JobRow.completed_at.is_(None))
    return list(session.scalars(query.where(~running, or_(JobRow.state == "cancelled", ~waiting))))


def _complete_job(session: Session, job_id: str, now: datetime.datetime) -> None:
    row = session.get_one(JobRow, job_id)
    if row.state == "cancelled":
        cancel_waiting(session, job_id, now)
    row.state = "completed" if row.state == "running" else row.state
    row.completed_at, row.counts = now, count_lines(session, [job_id])[job_id].model_dump()
    if row.kind == "listings":  # a single check has its own event
        data = describe_jobs(session, [row], now)[0].model_dump()
        add_event(session, NewEvent(type="job.completed", data=data, member_id=row.member_id))


def _unplaced(job_id: str) -> Select[int]:
    """The lines that ended and have no place among the results yet, in the order in which they ended."""
    query = select(JobLineRow.line).where(
        JobLineRow.job_id == job_id, JobLineRow.position.is_(None), JobLineRow.ended_at >= _NEVER
    )
    return query.order_by(JobLineRow.ended_at, JobLineRow.line)


def _place_results(session: Session, job_id: str) -> None:
    last = session.scalar(select(func.max(JobLineRow.position)).where(JobLineRow.job_id == job_id)) or 0
    placed = [
        {"job_id": job_id, "line": line, "position": place}
        for place, line in enumerate(session.scalars(_unplaced(job_id)), start=last + 1)
    ]
    if placed:
        session.execute(update(JobLineRow), placed)
