from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from serving.store.groups.confirmation import find_confirmations, strongest
from serving.store.tables import CaseListingRow, CaseMoveRow, CaseRow, CheckRow
from tests.serving.builders.new_checks import NOW
from tests.serving.store.tables.conftest import check_row, engine, session

__all__ = ["engine", "session"]


def case_row(case_id: str, *states: str, ground: str = "trademark") -> CaseRow:
    """A case about the check `c` that went through these states."""
    moves = [
        CaseMoveRow(sequence=at, at=NOW, from_state=None, to_state=state, actor="operator", actor_name="x", reason="")
        for at, state in enumerate(states, start=1)
    ]
    return CaseRow(
        case_id=case_id, created_at=NOW, opened_by="member", product="toy", ground=ground, country="DK",
        jurisdiction="EU", statement="", state=states[-1], version=len(states), fast_track=False, paused_s=0.0,
        reason="", listings=[CaseListingRow(position=0, check_id="c")], moves=moves,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "holds"),
    [
        (["received"], False),
        (["received", "in_review"], False),
        (["received", "upheld"], True),
        (["received", "upheld", "forwarded"], True),
        (["received", "upheld", "forwarded", "counter_notice"], False),
        (["received", "upheld", "forwarded", "counter_notice", "holder_acted"], True),
        (["received", "upheld", "forwarded", "counter_notice", "upheld", "closed"], True),
        (["received", "upheld", "forwarded", "counter_notice", "reinstated", "closed"], False),
        (["received", "upheld", "reinstated"], False),
        (["received", "rejected", "closed"], False),
        (["received", "rejected", "in_review", "upheld"], True),
        (["received", "withdrawn"], False),
    ],
)
def test_a_case_confirms_while_it_is_upheld(session: Session, states: list[str], holds: bool) -> None:
    session.add_all([case_row("one", *states), case_row("other", *states, ground="copyright")])
    session.flush()
    assert find_confirmations(session, ["c", "x"]) == ({"c": {"case"}} if holds else {})


def test_one_upheld_case_of_several_is_enough(session: Session) -> None:
    session.add_all([case_row("one", "received", "upheld"), case_row("two", "received", "rejected")])
    session.flush()
    assert find_confirmations(session, ["c"]) == {"c": {"case"}}


def test_the_latest_review_confirms_and_the_strongest_is_named(session: Session) -> None:
    session.add(check_row("d"))
    session.get_one(CheckRow, "c").decision = "counterfeit"
    session.get_one(CheckRow, "d").decision = "genuine"
    session.add(case_row("one", "received", "upheld"))
    session.flush()
    assert find_confirmations(session, ["c", "d"]) == {"c": {"case", "review"}}
    assert strongest({"review", "case"}) == "case"
    assert strongest({"test_buy", "case"}) == "test_buy"
    assert strongest(set()) is None
