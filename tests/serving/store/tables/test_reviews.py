from __future__ import annotations

import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, ReviewRow
from tests.serving.builders.query_plans import plan_of

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def test_a_checks_reviews_are_in_the_order_that_they_were_recorded_in(session: Session) -> None:
    """Whatever their times say: a clock may have been set back."""
    for days, decision in ((2, "cant_tell"), (1, "genuine")):
        created_at = NOW + datetime.timedelta(days=days)
        session.add(ReviewRow(check_id="c", decision=decision, note="", created_at=created_at))
        session.commit()
    assert [review.decision for review in session.get_one(CheckRow, "c").reviews] == ["cant_tell", "genuine"]


def test_a_review_belongs_to_a_check_that_exists(session: Session) -> None:
    session.add(ReviewRow(check_id="nope", decision="genuine", note="", created_at=NOW))
    with pytest.raises(IntegrityError):
        session.commit()


def test_a_key_belongs_to_one_review_and_a_review_may_have_none(session: Session) -> None:
    for key in (None, None, "k"):
        session.add(ReviewRow(check_id="c", decision="genuine", note="", created_at=NOW, key_hash=key))
    session.commit()
    session.add(ReviewRow(check_id="c", decision="genuine", note="", created_at=NOW, key_hash="k"))
    with pytest.raises(IntegrityError):
        session.commit()


def test_a_key_is_found_by_an_index(session: Session) -> None:
    assert "ix_reviews_key_hash" in plan_of(session, select(ReviewRow).where(ReviewRow.key_hash == "k"))
