from __future__ import annotations

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, EventFollowerRow, EventNumberRow, EventRow
from tests.serving.builders.query_plans import plan_of


def test_a_new_store_has_numbered_no_event(session: Session) -> None:
    assert session.scalars(select(EventNumberRow.last)).all() == [0]


def test_events_outlive_their_check(session: Session) -> None:
    session.add(EventRow(event_id="evt_c", type="check.completed", check_id="c"))
    session.commit()
    session.execute(delete(CheckRow))
    session.commit()
    assert session.scalars(select(EventRow.check_id)).all() == ["c"]


def test_pages_and_events_without_a_number_are_read_from_an_index_without_sorting(session: Session) -> None:
    page = select(EventRow).where(EventRow.sequence > 5, EventRow.sequence <= 9).order_by(EventRow.sequence)
    unnumbered = (
        select(EventRow.event_id).where(EventRow.sequence.is_(None)).order_by(EventRow.sequence, EventRow.event_id)
    )
    for query in (page, unnumbered):
        plan = plan_of(session, query)
        assert "ix_events_sequence_event_id" in plan
        assert "TEMP B-TREE" not in plan


def test_a_follower_has_one_cursor(session: Session) -> None:
    session.add(EventFollowerRow(name="a", after=1))
    session.commit()
    session.expunge_all()
    session.add(EventFollowerRow(name="a", after=2))
    with pytest.raises(IntegrityError):
        session.commit()
