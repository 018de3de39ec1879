from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import ErasureRow
from tests.serving.builders.new_checks import NOW


def test_an_erasure_may_lack_the_seller_and_never_its_counts(session: Session) -> None:
    session.add(ErasureRow(erasure_id="e", created_at=NOW, checks=0, photos=0, reviews=0, job_lines=0))
    session.flush()
    assert session.get_one(ErasureRow, "e").seller_id is None
    session.add(ErasureRow(erasure_id="f", seller_id="s", created_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()
