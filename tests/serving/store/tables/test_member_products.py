from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import MemberProductRow, MemberRow
from tests.serving.store.tables.test_members import member_row


def test_a_product_belongs_to_one_member_at_most(session: Session) -> None:
    session.add_all([member_row("m1", "Acme"), member_row("m2", "Bolt")])
    session.flush()
    session.add(MemberProductRow(product="toy", member_id="m1"))
    session.flush()
    session.expunge_all()
    session.add(MemberProductRow(product="toy", member_id="m2"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_member_goes_with_its_products(session: Session) -> None:
    session.add(member_row("m1", "Acme"))
    session.flush()
    session.add(MemberProductRow(product="toy", member_id="m1"))
    session.commit()
    session.execute(delete(MemberRow))
    assert session.scalar(select(func.count()).select_from(MemberProductRow)) == 0
