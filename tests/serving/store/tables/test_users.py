from __future__ import annotations

import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import UserRow

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def test_an_address_belongs_to_one_user(session: Session) -> None:
    for user_id in ("u1", "u2"):
        session.add(UserRow(user_id=user_id, name="Ann", email="ann@example.org", created_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()
