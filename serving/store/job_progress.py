"""Jobs and lines as they are answered: how far they are, their rate, the time for the rest, and results."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import get_args

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from serving.errors import JobNotFound
from serving.principal import Principal
from serving.schemas.checks import Check, Outcome, utc_text
from serving.schemas.jobs import Job, JobCounts, JobResult, LineFault
from serving.store.tables import ApiKeyRow, JobLineRow, JobRow

RATE_S = 60.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """The result of a line; `place` is its place among the results of the job, None while it has not ended."""

    result: JobResult
    place: int | None


def is_held(now: datetime.datetime) -> ColumnElement[bool]:
    """Whether a job waits because its key was revoked, and no key that continues it is valid."""
    of_sender = select(ApiKeyRow.key_id).where(ApiKeyRow.lineage == JobRow.caller)
    revoked = of_sender.where(ApiKeyRow.revoked_at.is_not(None)).exists()
    in_time = or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now)
    return and_(revoked, ~of_sender.where(ApiKeyRow.revoked_at.is_(None), in_time).exists())


def get_job(session: Session, job_id: str, caller: Principal) -> JobRow:
    """Give the row of a job that the caller sees; raises JobNotFound."""
    row = session.scalars(select(JobRow).where(JobRow.job_id == job_id, *visible_to(caller))).one_or_none()
    if row is None:
        raise JobNotFound(f"no job has the id {job_id!r}; it was never sent here, or it was deleted")
    return row


def visible_to(caller: Principal) -> list[ColumnElement[bool]]:
    """Give the conditions of the jobs that a caller sees."""
    return [] if caller.member_id is None else [JobRow.member_id == caller.member_id]


def describe_jobs(session: Session, rows: Sequence[JobRow], now: datetime.datetime) -> list[Job]:
    """Give jobs as they are answered, in this order. The lines of those that have not ended are counted now."""
    unended = [row.job_id for row in rows if row.counts is None]
    counted = count_lines(session, unended)
    recent = _count_recent(session, unended, now - datetime.timedelta(seconds=RATE_S))
    held = set(session.scalars(select(JobRow.job_id).where(JobRow.job_id.in_(unended), is_held(now))))
    return [
        _describe(row, counted.get(row.job_id), recent.get(row.job_id, 0), now, is_held=row.job_id in held)
        for row in rows
    ]


def count_lines(session: Session, job_ids: Sequence[str]) -> dict[str, JobCounts]:
    """Count the lines of each job by state, and the judged ones by outcome, from an index alone."""
    columns = (JobLineRow.job_id, JobLineRow.state, JobLineRow.outcome)
    found: dict[str, dict[str, int]] = {job_id: {} for job_id in job_ids}
    if job_ids:
        query = select(*columns, func.count()).where(JobLineRow.job_id.in_(job_ids)).group_by(*columns)
        for job_id, state, outcome, lines in session.execute(query):
            counts = found[job_id]
            counts[state] = counts.get(state, 0) + lines
            if outcome is not None:
                counts[outcome] = lines
    return {job_id: _counts_of(counts) for job_id, counts in found.items()}


def _counts_of(counts: dict[str, int]) -> JobCounts:
    outcomes = {outcome: counts.pop(outcome, 0) for outcome in get_args(Outcome)}
    return JobCounts.model_validate({**counts, "outcomes": outcomes})


def _count_recent(session: Session, job_ids: Sequence[str], since: datetime.datetime) -> dict[str, int]:
    """Count the lines of each job that ended since a moment, without those that were parked as they arrived."""
    if not job_ids:
        return {}
    query = select(JobLineRow.job_id, func.count()).where(
        JobLineRow.job_id.in_(job_ids), JobLineRow.ended_at >= since, JobLineRow.attempts > 0
    )
    return {job_id: int(lines) for job_id, lines in session.execute(query.group_by(JobLineRow.job_id))}


def _describe(row: JobRow, counted: JobCounts | None, recent: int, now: datetime.datetime, *, is_held: bool) -> Job:
    counts = JobCounts.model_validate(row.counts) if counted is None else counted
    left = counts.waiting + counts.running
    span_s = min(RATE_S, max(1.0, (now - row.created_at).total_seconds()))
    rate = recent / span_s if recent and left else None
    return Job.model_validate(
        {
            "job_id": row.job_id,
            "kind": row.kind,
            "name": row.name,
            "state": row.state,
            "held": is_held and row.state == "running",
            "created_by": row.caller,
            "created_at": utc_text(row.created_at),
            "cancelled_at": None if row.cancelled_at is None else utc_text(row.cancelled_at),
            "completed_at": None if row.completed_at is None else utc_text(row.completed_at),
            "lines": row.lines,
            "left": left,
            "counts": counts,
            "lines_per_s": None if rate is None else round(rate, 3),
            "seconds_left": None if rate is None else round(left / rate, 1),
        }
    )


def result_of(row: JobLineRow, answer: str | None, caller: Principal) -> StoredResult:
    """Give a line's result; its check only where the caller sees the product."""
    check = None if answer is None else Check.model_validate_json(answer)
    if check is not None and not caller.sees(check.product):
        check = None
    failed = row.error_code is not None
    result = JobResult.model_validate(
        {
            "line": row.line,
            "listing_id": row.listing_id,
            "state": row.state,
            "attempts": row.attempts,
            "check": check,
            "error": LineFault(code=row.error_code or "", message=row.error_message or "") if failed else None,
            "cursor": None if row.position is None else str(row.position),
        }
    )
    return StoredResult(result=result, place=row.position)
