from __future__ import annotations

import datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import PeriodicTaskRow

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def test_a_task_has_one_start(session: Session) -> None:
    session.add(PeriodicTaskRow(name="delete_expired", started_at=NOW))
    session.commit()
    session.expunge_all()
    session.add(PeriodicTaskRow(name="delete_expired", started_at=NOW))
    with pytest.raises(IntegrityError):
        session.commit()
