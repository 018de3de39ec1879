from __future__ import annotations

import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from serving.store.tables import ApiKeyRow, UserRow

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


def test_a_key_outlives_its_user(session: Session) -> None:
    session.add(UserRow(user_id="u1", name="Ann", email="ann@example.org", created_at=NOW))
    session.flush()
    session.add(
        ApiKeyRow(
            key_id="k1", lineage="k1", sha256="0" * 64, label="", scopes=["read"], user_id="u1", created_at=NOW
        )
    )  # fmt: skip
    session.commit()
    session.execute(delete(UserRow))
    session.commit()
    key = session.get(ApiKeyRow, "k1")
    assert key is not None
    assert key.user_id is None
    assert key.scopes == ["read"]
