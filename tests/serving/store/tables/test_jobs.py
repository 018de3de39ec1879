from __future__ import annotations

import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import JobRow
from tests.serving.builders.query_plans import plan_of


def job_row(job_id: str, *, key_hash: str | None = None, member_id: str | None = None) -> JobRow:
    return JobRow(
        job_id=job_id, member_id=member_id, caller="open", kind="listings",
        created_at=datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC), state="running", lines=0, bytes=0,
        key_hash=key_hash,
    )  # fmt: skip


def test_two_jobs_cannot_have_the_same_key_and_many_may_have_none(session: Session) -> None:
    session.add_all([job_row("1"), job_row("2"), job_row("3", key_hash="a")])
    session.commit()
    session.add(job_row("4", key_hash="a"))
    with pytest.raises(IntegrityError):
        session.commit()


def test_a_members_running_jobs_are_found_by_an_index(session: Session) -> None:
    query = select(JobRow.job_id).where(JobRow.state == "running", JobRow.member_id == "m").order_by(JobRow.job_id)
    plan = plan_of(session, query)
    assert "COVERING INDEX" in plan
    assert "TEMP B-TREE" not in plan
