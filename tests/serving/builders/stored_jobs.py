"""Jobs in a store without a server, and lines that are judged without a detector."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence

from serving.principal import Principal
from serving.schemas.jobs import JobKind
from serving.store.idempotency_rows import Claim
from serving.store.job_line_rows import Fault, LeasedLine
from serving.store.job_rows import NewJob, NewLine, ReceivedJob
from serving.store.sortable_id import new_id
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, new_check

OPERATOR = Principal(name="operator", rate_key="operator")
LATER = NOW + datetime.timedelta(seconds=15)


def member(name: str, *products: str) -> Principal:
    return Principal(name=f"key of {name}", rate_key=name, member_id=name, products=frozenset(products or ("toy",)))


def new_line(number: int, fault: Fault | None = None) -> NewLine:
    content = json.dumps({"listing_id": f"l{number}", "photos": []}).encode()
    return NewLine(number=number, content=content, listing_id=f"l{number}", fault=fault)


async def add_job(
    store: Store,
    lines: Sequence[NewLine] | int = 3,
    *,
    caller: Principal = OPERATOR,
    claim: Claim | None = None,
    created_at: datetime.datetime = NOW,
    kind: JobKind = "listings",
) -> ReceivedJob:
    """A job that runs, of these lines or of so many."""
    sent = [new_line(number + 1) for number in range(lines)] if isinstance(lines, int) else lines
    new = NewJob(job_id=new_id(), caller=caller, kind=kind, name=None, created_at=created_at)
    await store.job_rows.begin(new)
    if sent:
        await store.jobs.add_lines(new.job_id, sent, NOW)
    return await store.jobs.end_receiving(new.job_id, lines=len(sent), size=100, claim=claim)


async def lease(
    store: Store, limit: int = 1, *, by: str = "a", now: datetime.datetime = NOW, until: datetime.datetime = LATER
) -> list[LeasedLine]:
    """The next lines, leased to a server."""
    jobs = await store.job_line_rows.running_jobs(now)
    return await store.job_line_rows.lease(jobs, lease=by, now=now, until=until, limit=limit)


async def judge(store: Store, line: LeasedLine) -> str:
    """Store a check of a leased line; gives its id."""
    new = dataclasses.replace(new_check(b"photo"), line=line)
    await store.keep(new, [b"photo"])
    return new.answer.check_id
