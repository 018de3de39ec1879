from __future__ import annotations

import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import MemberRow, UserRow

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def test_an_address_belongs_to_one_user_of_a_member(session: Session) -> None:
    for member_id in ("m1", "m2"):
        session.add(MemberRow(member_id=member_id, name=member_id, category="toys", country="DK", created_at=NOW))
    session.flush()
    for user_id, member_id in (("u1", "m1"), ("u2", "m2")):
        session.add(user(user_id, member_id))
    session.flush()
    session.add(user("u3", "m1"))
    with pytest.raises(IntegrityError):
        session.flush()


def user(user_id: str, member_id: str) -> UserRow:
    return UserRow(user_id=user_id, name="Ann", email="ann@example.org", member_id=member_id, created_at=NOW)
