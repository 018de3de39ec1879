from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import CaseListingRow, CaseMoveRow, CaseRow
from serving.store.tables.enforcement.cases import UNDECIDED
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import plan_of


def case_row(case_id: str, **values: Any) -> CaseRow:
    return CaseRow(
        **{
            "case_id": case_id, "created_at": NOW, "opened_by": "operator", "product": "toy", "ground": "trademark",
            "country": "DE", "jurisdiction": "EU", "statement": "", "state": "received", "version": 1,
            "fast_track": False, "paused_s": 0.0, "reason": "", **values,
        }
    )  # fmt: skip


def test_a_case_is_opened_once_by_one_origin_and_any_number_by_none(session: Session) -> None:
    session.add_all([case_row("1"), case_row("2"), case_row("3", origin_key="k")])
    session.commit()
    session.add(case_row("4", origin_key="k"))
    with pytest.raises(IntegrityError):
        session.commit()


def test_two_moves_never_have_one_sequence(session: Session) -> None:
    session.add(case_row("1"))
    session.commit()
    move = {"case_id": "1", "sequence": 1, "at": NOW, "actor": "operator", "actor_name": "a", "reason": ""}
    session.execute(insert(CaseMoveRow).values(to_state="upheld", **move))
    with pytest.raises(IntegrityError):
        session.execute(insert(CaseMoveRow).values(to_state="rejected", **move))


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (select(CaseRow.case_id).where(CaseRow.product == "toy").order_by(CaseRow.case_id.desc()), "product_case_id"),
        (select(CaseRow.case_id).where(CaseRow.member_id == "m").order_by(CaseRow.case_id.desc()), "member_id_case_id"),
        (select(CaseRow.case_id).where(CaseRow.state == "upheld").order_by(CaseRow.case_id.desc()), "state_case_id"),
        (
            select(CaseRow.case_id)
            .where(text(UNDECIDED), CaseRow.due_at.is_not(None))
            .order_by(CaseRow.due_at, CaseRow.case_id),
            "ix_cases_due",
        ),
        (select(CaseListingRow.case_id).where(CaseListingRow.seller_id == "s"), "seller_id_case_id"),
        (select(CaseListingRow.case_id).where(CaseListingRow.listing_id == "l"), "listing_id_case_id"),
        (select(CaseListingRow.case_id).where(CaseListingRow.check_id == "c"), "check_id"),
    ],
)
def test_lists_are_read_in_order_from_an_index(session: Session, query: Any, index: str) -> None:
    plan = plan_of(session, query)
    assert index in plan
    assert "TEMP B-TREE" not in plan
