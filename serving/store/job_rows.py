"""The rows of jobs in the store: received, followed, cancelled, replayed and deleted."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Awaitable, Sequence
from typing import cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import JobNotRunning
from serving.principal import Principal
from serving.schemas.jobs import Job, JobKind
from serving.store.audit_rows import append_entry
from serving.store.check_rows import Claim
from serving.store.database.database import Database, Rows
from serving.store.job_line_rows import Fault, cancel_waiting
from serving.store.job_progress import describe_jobs, get_job, visible_to
from serving.store.tables import JobLineContentRow, JobLineRow, JobRow

_INSERT_LINE = insert(cast(Table, JobLineRow.__table__))
_INSERT_CONTENT = insert(cast(Table, JobLineContentRow.__table__))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job whose lines are about to arrive."""

    job_id: str
    caller: Principal
    kind: JobKind
    name: str | None
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line as it was sent, from line `number`; with a `fault` it is parked at once. None: too long to be kept."""

    number: int
    content: bytes | None
    listing_id: str | None
    fault: Fault | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedJob:
    """A job whose lines are all here; `replayed` where an earlier request with its Idempotency-Key had sent it."""

    job_id: str
    replayed: bool


class JobRows:
    """The rows of jobs. A caller sees its own jobs, which are its member's; the operator sees all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: NewJob) -> None:
        """Add a job that receives its lines; nothing runs before `end_receiving`."""

        def work(session: Session) -> None:
            session.add(
                JobRow(
                    job_id=new.job_id,
                    member_id=new.caller.member_id,
                    caller=new.caller.name,
                    kind=new.kind,
                    name=new.name,
                    created_at=new.created_at,
                    state="receiving",
                    lines=0,
                    bytes=0,
                )
            )

        await self._database.write(work)

    def add_lines(self, job_id: str, lines: Sequence[NewLine], now: datetime.datetime) -> Awaitable[None]:
        """Add lines to a job that receives them."""
        rows: list[Rows] = [(_INSERT_LINE, [_line_values(job_id, line, now) for line in lines])]
        kept = [{"job_id": job_id, "line": line.number, "content": line.content} for line in lines if line.content]
        if kept:
            rows.append((_INSERT_CONTENT, kept))
        return self._database.write_rows(rows)

    async def end_receiving(self, job_id: str, *, lines: int, size: int, claim: Claim | None) -> ReceivedJob:
        """Let the job run, unless an earlier one has its Idempotency-Key: then that one is given, and this one deleted.

        Raises IdempotencyKeyReused, and leaves the job to be discarded.
        """

        def work(session: Session) -> ReceivedJob:
            if claim is not None:
                earlier = session.scalars(select(JobRow).where(JobRow.key_hash == claim.key_sha256)).one_or_none()
                if earlier is not None:
                    claim.require_same(earlier.fingerprint)
                    session.execute(delete(JobRow).where(JobRow.job_id == job_id))
                    return ReceivedJob(job_id=earlier.job_id, replayed=True)
            row = session.get_one(JobRow, job_id)
            row.state, row.lines, row.bytes = "running", lines, size
            if claim is not None:
                row.key_hash, row.fingerprint = claim.key_sha256, claim.fingerprint
            return ReceivedJob(job_id=job_id, replayed=False)

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
        """Let parked lines wait again, all of them or those of these numbers, and the job run.

        Raises JobNotFound, or JobNotRunning for a job that was cancelled or still arrives.
        """

        def work(session: Session) -> Job:
            row = get_job(session, job_id, caller)
            if row.state not in ("running", "completed"):
                raise JobNotRunning(f"job {job_id} is {row.state}; send the lines that you want judged as a new job")
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

    async def delete_old(self, *, ended_before: datetime.datetime, receiving_before: datetime.datetime) -> int:
        """Delete jobs that ended before a moment, and those whose lines stopped arriving; gives how many."""

        def old(session: Session) -> list[str]:
            ended = select(JobRow.job_id).where(JobRow.completed_at < ended_before)
            broken = select(JobRow.job_id).where(JobRow.state == "receiving", JobRow.created_at < receiving_before)
            return [*session.scalars(ended), *session.scalars(broken)]

        found = await self._database.read(old)
        for job_id in found:  # each in a transaction of its own: a job may have a gigabyte of lines
            await self._database.write(functools.partial(_delete_job, job_id=job_id))
        return len(found)


def _delete_job(session: Session, *, job_id: str) -> None:
    session.execute(delete(JobRow).where(JobRow.job_id == job_id))


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
