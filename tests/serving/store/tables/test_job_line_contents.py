from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.store.tables import JobLineContentRow, JobRow
from tests.serving.store.tables.test_job_lines import line_row
from tests.serving.store.tables.test_jobs import job_row


def test_a_content_goes_with_its_job(session: Session) -> None:
    for row in (job_row("1"), line_row(1), JobLineContentRow(job_id="1", line=1, content=b"{}")):
        session.add(row)
        session.flush()
    session.execute(delete(JobRow))
    session.commit()
    assert session.scalar(select(func.count()).select_from(JobLineContentRow)) == 0
