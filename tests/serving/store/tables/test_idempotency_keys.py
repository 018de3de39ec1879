from __future__ import annotations

import datetime

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import IdempotencyRow
from tests.serving.builders.query_plans import plan_of

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def key_row(check_id: str = "c") -> IdempotencyRow:
    return IdempotencyRow(key_hash="k", fingerprint="f", check_id=check_id, created_at=NOW)


def test_a_key_belongs_to_one_check(session: Session) -> None:
    session.add(key_row())
    session.commit()
    session.expunge_all()
    session.add(key_row())
    with pytest.raises(IntegrityError):
        session.commit()


def test_a_keys_check_exists(session: Session) -> None:
    session.add(key_row("nope"))
    with pytest.raises(IntegrityError):
        session.commit()


def test_old_keys_are_found_by_an_index(session: Session) -> None:
    old = delete(IdempotencyRow).where(IdempotencyRow.created_at < NOW)
    assert "ix_idempotency_keys_created_at" in plan_of(session, old)
