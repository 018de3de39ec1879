from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import CaseNoticeRow, CasePhotoRow, CaseTimerRow
from serving.store.tables.enforcement.case_progress import WAITING
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import plan_of
from tests.serving.store.tables.enforcement.test_cases import case_row


def test_the_next_timers_are_found_by_an_index_of_those_that_wait(session: Session) -> None:
    due = select(CaseTimerRow.timer_id).where(text(WAITING), CaseTimerRow.fires_at <= NOW)
    plan = plan_of(session, due.order_by(CaseTimerRow.fires_at, CaseTimerRow.timer_id))
    assert "ix_case_timers_waiting" in plan
    assert "TEMP B-TREE" not in plan


def test_a_link_belongs_to_one_notice_and_a_notice_may_have_none(session: Session) -> None:
    session.add(case_row("1"))
    session.flush()
    for number, token in enumerate((None, None, "t", "t")):
        row = CaseNoticeRow(
            notice_id=str(number),
            case_id="1",
            recipient="seller",
            kind="forwarded",
            at=NOW,
            body={},
            token_sha256=token,
        )
        session.add(row)
    with pytest.raises(IntegrityError):
        session.commit()


def test_who_has_a_photo_is_found_by_an_index(session: Session) -> None:
    query = select(CasePhotoRow.sha256).where(CasePhotoRow.sha256.in_(["a", "b"]))
    assert "ix_case_photos_sha256" in plan_of(session, query)
