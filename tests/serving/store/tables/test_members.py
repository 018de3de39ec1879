from __future__ import annotations

import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import MemberRow

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def member_row(member_id: str, name: str) -> MemberRow:
    return MemberRow(member_id=member_id, name=name, category="toys", country="DK", created_at=NOW)


def test_two_members_have_two_names(session: Session) -> None:
    session.add_all([member_row("m1", "Acme"), member_row("m2", "Acme")])
    with pytest.raises(IntegrityError):
        session.flush()
