from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, JobLineContentRow, JobLineRow, JobRow
from tests.serving.builders.query_plans import plan_of
from tests.serving.store.tables.test_jobs import job_row


def line_row(line: int, **values: object) -> JobLineRow:
    return JobLineRow(**{"job_id": "1", "line": line, "state": "waiting", "attempts": 0, **values})


@pytest.fixture
def job(session: Session) -> None:
    session.add(job_row("1"))
    session.flush()
    session.add_all([line_row(1, state="judged", outcome="review", check_id="c"), line_row(2)])
    session.commit()


@pytest.mark.usefixtures("job")
def test_a_job_has_one_line_of_each_number(session: Session) -> None:
    session.add(line_row(2))
    with pytest.raises(IntegrityError):
        session.commit()


@pytest.mark.usefixtures("job")
def test_a_line_outlives_its_check_and_is_still_judged(session: Session) -> None:
    session.execute(delete(CheckRow))
    session.commit()
    found = session.execute(select(JobLineRow.state, JobLineRow.check_id).where(JobLineRow.line == 1)).one()
    assert tuple(found) == ("judged", None)


@pytest.mark.usefixtures("job")
def test_lines_go_with_their_job_and_checks_stay(session: Session) -> None:
    session.execute(delete(JobRow))
    session.commit()
    assert session.scalar(select(func.count()).select_from(JobLineRow)) == 0
    assert session.scalar(select(func.count()).select_from(CheckRow)) == 1


def test_a_job_is_counted_and_its_next_lines_found_without_reading_contents(session: Session) -> None:
    row = JobLineRow
    counted = select(row.state, row.outcome, func.count()).where(row.job_id == "1").group_by(row.state, row.outcome)
    following = (
        select(row.line)
        .where(row.job_id == "1", row.state == "waiting", row.outcome.is_(None))
        .order_by(row.outcome, row.line)  # PostgreSQL would not see that the outcome is the same everywhere
        .limit(8)
    )
    for plan in (plan_of(session, counted), plan_of(session, following)):
        assert "COVERING INDEX" in plan
        assert "TEMP B-TREE" not in plan


def test_a_content_goes_with_its_job(session: Session) -> None:
    for row in (job_row("1"), line_row(1), JobLineContentRow(job_id="1", line=1, content=b"{}")):
        session.add(row)
        session.flush()
    session.execute(delete(JobRow))
    session.commit()
    assert session.scalar(select(func.count()).select_from(JobLineContentRow)) == 0
