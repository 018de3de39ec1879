"""The rows of jobs in the store: received, followed, cancelled, replayed and deleted."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Awaitable, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import JobNotRunning, TooManyJobs
from serving.principal import Principal
from serving.schemas.checks import Check
from serving.schemas.jobs import Job, JobCounts, JobKind, JobOutcomes
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database, Held, Rows
from serving.store.idempotency_rows import Claim
from serving.store.job_line_rows import Fault, cancel_waiting
from serving.store.job_progress import describe_jobs, get_job, is_held, visible_to
from serving.store.tables import JobLineContentRow, JobLinePhotoRow, JobLineRow, JobRow, RunningKeyRow

TOO_MANY_RETRY_S = 30
_INSERT_LINE = insert(cast(Table, JobLineRow.__table__))
_INSERT_CONTENT = insert(cast(Table, JobLineContentRow.__table__))
_INSERT_PHOTO = insert(cast(Table, JobLinePhotoRow.__table__))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job whose lines are about to arrive."""

    job_id: str
    caller: Principal
    kind: JobKind
    name: str | None
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LinePhoto:
    """A photo that was sent in a line, at a position among the line's photos."""

    position: int
    sha256: str
    data: bytes


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line from line `number` of what was sent; with a `fault` it is parked at once.

    `content` is None where it was too long to be kept, and lacks the bytes of `photos`, which are by position.
    """

    number: int
    content: bytes | None
    listing_id: str | None
    fault: Fault | None
    photos: tuple[LinePhoto, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedJob:
    """A job whose lines are all here; `replayed` where an earlier request with its Idempotency-Key had sent it."""

    job_id: str
    replayed: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The jobs that run, their lines that have not begun, and the seconds since the oldest of them was sent."""

    jobs: int
    lines_waiting: int
    oldest_s: float


class JobRows:
    """The rows of jobs. A caller sees its own jobs, which are its member's; the operator sees all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: NewJob, *, max_unfinished: int | None = None) -> None:
        """Add a job that receives its lines; nothing runs before `end_receiving`.

        Raises TooManyJobs where its member has `max_unfinished` jobs of listings that have not ended.
        """

        def work(session: Session) -> None:
            if max_unfinished is not None and new.kind == "listings":
                _refuse_too_many(session, new.caller, max_unfinished)
            session.add(_job_row(new, None, state="receiving", lines=0))

        await self._database.write(work)

    def add_lines(
        self, job_id: str, lines: Sequence[NewLine], now: datetime.datetime, held: Held | None = None
    ) -> Awaitable[None]:
        """Add lines to a job that receives them, in the transaction of a hold of their photos."""
        rows: list[Rows] = [(_INSERT_LINE, [_line_values(job_id, line, now) for line in lines])]
        kept = [{"job_id": job_id, "line": line.number, "content": line.content} for line in lines if line.content]
        if kept:
            rows.append((_INSERT_CONTENT, kept))
        if photos := [values for line in lines for values in _photo_values(job_id, line)]:
            rows.append((_INSERT_PHOTO, photos))
        return (held or self._database).write_rows(rows)

    async def end_receiving(self, job_id: str, *, lines: int, size: int, claim: Claim | None) -> ReceivedJob:
        """Let the job run, unless an earlier one has its Idempotency-Key: then that one is given.

        It leaves this one to be discarded, also where it raises IdempotencyKeyReused.
        """

        def work(session: Session) -> ReceivedJob:
            if claim is not None:
                earlier = _sent_with(session, claim)
                if earlier is not None:
                    return earlier
            row = session.get_one(JobRow, job_id)
            row.state, row.lines, row.bytes = "running", lines, size
            if claim is not None:
                row.key_hash, row.fingerprint = claim.key_sha256, claim.fingerprint
                session.execute(delete(RunningKeyRow).where(RunningKeyRow.key_hash == claim.key_sha256))
            return ReceivedJob(job_id=job_id, replayed=False)

        return await self._database.write(work)

    async def find_sent(self, claim: Claim) -> ReceivedJob | None:
        """Give the job that has an Idempotency-Key, None where none has; raises IdempotencyKeyReused."""

        def work(session: Session) -> ReceivedJob | None:
            return _sent_with(session, claim)

        return await self._database.read(work)

    async def add_judged(self, new: NewJob, check: Check, claim: Claim) -> ReceivedJob:
        """Add a job for a check that was judged already by a request with its Idempotency-Key."""
        counts = JobCounts(judged=1, outcomes=JobOutcomes.model_validate({check.outcome: 1})).model_dump()

        def work(session: Session) -> ReceivedJob:
            earlier = _sent_with(session, claim)
            if earlier is None:
                ended = {"state": "completed", "lines": 1, "completed_at": new.created_at, "counts": counts}
                session.add(_job_row(new, claim, **ended))
                session.flush()
                session.add(
                    JobLineRow(
                        job_id=new.job_id,
                        line=1,
                        listing_id=check.listing_id,
                        state="judged",
                        attempts=0,
                        outcome=check.outcome,
                        check_id=check.check_id,
                        ended_at=new.created_at,
                    )
                )
            return earlier or ReceivedJob(job_id=new.job_id, replayed=True)

        return await self._database.write(work)

    async def discard(self, job_id: str) -> None:
        """Delete a job whose lines did not all arrive."""

        def work(session: Session) -> None:
            session.execute(delete(JobRow).where(JobRow.job_id == job_id, JobRow.state == "receiving"))

        await self._database.write(work)

    async def find(self, job_id: str, caller: Principal, now: datetime.datetime) -> Job:
        """Give a job and how far it is; raises JobNotFound."""

        def work(session: Session) -> Job:
            return describe_jobs(session, [get_job(session, job_id, caller)], now)[0]

        return await self._database.read(work)

    async def find_page(
        self, caller: Principal, limit: int, now: datetime.datetime, *, after: str | None = None
    ) -> list[Job]:
        """Give at most `limit` jobs of listings that were sent before one, newest first."""

        def work(session: Session) -> list[Job]:
            query = select(JobRow).where(JobRow.kind == "listings", *visible_to(caller))
            if after is not None:
                query = query.where(JobRow.job_id < after)
            return describe_jobs(session, session.scalars(query.order_by(JobRow.job_id.desc()).limit(limit)).all(), now)

        return await self._database.read(work)

    async def cancel(self, job_id: str, caller: Principal, now: datetime.datetime) -> Job:
        """Cancel what has not begun; again changes nothing. Raises JobNotFound or JobNotRunning."""
        entry = new_entry(caller, "job.cancelled", "job", job_id)

        def work(session: Session) -> Job:
            row = get_job(session, job_id, caller)
            if row.state == "running":
                row.state, row.cancelled_at = "cancelled", now
                cancel_waiting(session, job_id, now)
                append_entry(session, dataclasses.replace(entry, member_id=row.member_id))
            elif row.state != "cancelled":
                raise JobNotRunning(f"job {job_id} is {row.state}; only a running one can be cancelled")
            session.flush()
            return describe_jobs(session, [row], now)[0]

        return await self._database.write(work)

    async def replay(
        self, job_id: str, caller: Principal, now: datetime.datetime, *, lines: Sequence[int] | None = None
    ) -> Job:
        """Let parked lines wait again, all of them or those of these numbers, and the job run; a held one as this
        caller's.

        Raises JobNotFound, or JobNotRunning for a job that was cancelled or still arrives.
        """

        def work(session: Session) -> Job:
            row = get_job(session, job_id, caller)
            if row.state not in ("running", "completed"):
                raise JobNotRunning(f"job {job_id} is {row.state}; send the lines that you want judged as a new job")
            if session.scalar(select(JobRow.job_id).where(JobRow.job_id == job_id, is_held(now))) is not None:
                row.caller = caller.name
            kept = select(JobLineContentRow.line).where(JobLineContentRow.job_id == job_id)
            parked = update(JobLineRow).where(
                JobLineRow.job_id == job_id, JobLineRow.state == "parked", JobLineRow.line.in_(kept)
            )
            if lines is not None:
                parked = parked.where(JobLineRow.line.in_(lines))
            replayed = session.execute(
                parked.values(
                    state="waiting", attempts=0, error_code=None, error_message=None, ended_at=None, position=None
                )
            )
            if replayed.rowcount > 0:  # type: ignore[attr-defined]  # an UPDATE has a CursorResult
                row.state, row.completed_at, row.counts = "running", None, None
            session.flush()
            return describe_jobs(session, [row], now)[0]

        return await self._database.write(work)

    async def delete(self, job_id: str, caller: Principal) -> None:
        """Delete a job with its lines; its checks stay. Raises JobNotFound, or JobNotRunning while it arrives."""
        entry = new_entry(caller, "job.deleted", "job", job_id)

        def work(session: Session) -> None:
            row = get_job(session, job_id, caller)
            if row.state == "receiving":
                raise JobNotRunning(f"job {job_id} still arrives; delete it when all of its lines are here")
            session.execute(delete(JobRow).where(JobRow.job_id == job_id))
            append_entry(session, dataclasses.replace(entry, member_id=row.member_id).with_details(lines=row.lines))

        await self._database.write(work)
        await self._database.checkpoint()

    async def find_backlog(self, now: datetime.datetime) -> Backlog:
        """Give what all jobs have left."""

        def work(session: Session) -> Backlog:
            open_jobs = select(JobRow.job_id).where(JobRow.state == "running")
            lines = select(func.count()).select_from(JobLineRow)
            waiting = lines.where(JobLineRow.job_id.in_(open_jobs), JobLineRow.state == "waiting")
            jobs, oldest = session.execute(
                select(func.count(), func.min(JobRow.created_at)).where(JobRow.state == "running")
            ).one()
            oldest_s = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
            return Backlog(jobs=jobs, lines_waiting=session.scalar(waiting) or 0, oldest_s=oldest_s)

        return await self._database.read(work)

    async def find_old(self, *, ended_before: datetime.datetime, receiving_before: datetime.datetime) -> list[str]:
        """Give the jobs that ended before a moment, and those whose lines stopped arriving."""
        query = select(JobRow.job_id).where(_is_old(ended_before, receiving_before))
        return await self._database.read(lambda session: list(session.scalars(query)))

    async def delete_old(
        self, job_id: str, *, ended_before: datetime.datetime, receiving_before: datetime.datetime
    ) -> bool:
        """Delete a job that `find_old` gave, and whether it was; one that was replayed since stays.

        Each in a transaction of its own: a job may have 10,000 lines.
        """

        def work(session: Session) -> bool:
            old = delete(JobRow).where(JobRow.job_id == job_id, _is_old(ended_before, receiving_before))
            return bool(session.execute(old).rowcount)  # type: ignore[attr-defined]  # a DELETE has a CursorResult

        return await self._database.write(work)


def _refuse_too_many(session: Session, caller: Principal, limit: int) -> None:
    """Count by index, and no further than to the limit."""
    unfinished = select(JobRow.job_id).where(
        JobRow.state.in_(("receiving", "running")), JobRow.member_id.is_not_distinct_from(caller.member_id)
    )
    unfinished = unfinished.where(JobRow.kind == "listings").limit(limit)
    if (session.scalar(select(func.count()).select_from(unfinished.subquery())) or 0) >= limit:
        raise TooManyJobs(
            f"{limit} of your jobs have not ended, and no more may be (jobs.max_unfinished); wait until one of them "
            "has, or cancel one",
            retry_after_s=TOO_MANY_RETRY_S,
        )


def _is_old(ended_before: datetime.datetime, receiving_before: datetime.datetime) -> ColumnElement[bool]:
    broken = and_(JobRow.state == "receiving", JobRow.created_at < receiving_before)
    return or_(JobRow.completed_at < ended_before, broken)


def _photo_values(job_id: str, line: NewLine) -> list[dict[str, object]]:
    of_line = {"job_id": job_id, "line": line.number}
    return [{**of_line, "position": photo.position, "sha256": photo.sha256} for photo in line.photos]


def _job_row(new: NewJob, claim: Claim | None, **values: Any) -> JobRow:
    return JobRow(
        job_id=new.job_id,
        member_id=new.caller.member_id,
        caller=new.caller.name,
        kind=new.kind,
        name=new.name,
        created_at=new.created_at,
        bytes=0,
        key_hash=None if claim is None else claim.key_sha256,
        fingerprint=None if claim is None else claim.fingerprint,
        **values,
    )


def _sent_with(session: Session, claim: Claim) -> ReceivedJob | None:
    row = session.scalars(select(JobRow).where(JobRow.key_hash == claim.key_sha256)).one_or_none()
    if row is None:
        return None
    claim.require_same(row.fingerprint)
    return ReceivedJob(job_id=row.job_id, replayed=True)


def _line_values(job_id: str, line: NewLine, now: datetime.datetime) -> dict[str, object]:
    fault = line.fault
    return {
        "job_id": job_id,
        "line": line.number,
        "listing_id": line.listing_id,
        "state": "waiting" if fault is None else "parked",
        "attempts": 0,
        "error_code": None if fault is None else fault.code,
        "error_message": None if fault is None else fault.message,
        "ended_at": None if fault is None else now,
    }
