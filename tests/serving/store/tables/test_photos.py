from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, PhotoRow
from tests.serving.builders.query_plans import plan_of
from tests.serving.store.tables.conftest import check_row


def photo_row(check_id: str, position: int, sha256: str = "a") -> PhotoRow:
    return PhotoRow(check_id=check_id, position=position, sha256=sha256, kept=True, evidence=None)


def test_a_checks_photos_are_in_the_order_that_they_were_sent_in(session: Session) -> None:
    session.add_all([photo_row("c", position, str(position)) for position in (2, 0, 1)])
    session.commit()
    assert [photo.position for photo in session.get_one(CheckRow, "c").photos] == [0, 1, 2]


def test_a_photo_belongs_to_a_check_that_exists(session: Session) -> None:
    session.add(photo_row("nope", 0))
    with pytest.raises(IntegrityError):
        session.commit()


def test_several_checks_may_have_the_same_photo_which_is_found_by_an_index(session: Session) -> None:
    session.add_all([check_row("d"), photo_row("c", 0), photo_row("c", 1), photo_row("d", 0)])
    session.commit()
    query = select(PhotoRow.check_id).where(PhotoRow.sha256 == "a")
    assert sorted(session.scalars(query)) == ["c", "c", "d"]
    assert "ix_photos_sha256" in plan_of(session, query)
