from __future__ import annotations

import pytest

from serving.errors import BuyMoveRefused
from serving.schemas.enforcement.buys import BUY_STATES
from serving.test_buys.states import MISSING, MOVES, OUTCOMES, moves_from, require_move


def test_the_way_of_a_purchase_is_open_and_nothing_beside_the_table_is() -> None:
    allowed = {(move.from_state, move.to_state) for move in MOVES}
    assert len(allowed) == len(MOVES)
    for before in BUY_STATES:
        for after in BUY_STATES:
            if (before, after) in allowed:
                assert require_move(before, after, "why", is_operator=True).to_state == after
            else:
                with pytest.raises(BuyMoveRefused, match=after):
                    require_move(before, after, "why", is_operator=True)


def test_every_state_can_be_reached_and_counts_in_one_way() -> None:
    assert {move.to_state for move in MOVES} | {"planned"} == set(BUY_STATES)
    assert not OUTCOMES & MISSING
    assert {"planned", "ordered", "received", "examined"} == set(BUY_STATES) - OUTCOMES - MISSING


def test_a_member_examines_and_the_operator_buys() -> None:
    assert [move.to_state for move in moves_from("received", is_operator=False)] == ["examined"]
    assert [move.to_state for move in moves_from("examined", is_operator=False)] == [
        "genuine",
        "counterfeit",
        "cant_tell",
    ]
    assert moves_from("planned", is_operator=False) == []
    with pytest.raises(BuyMoveRefused, match="operator's"):
        require_move("planned", "ordered", "", is_operator=False)


@pytest.mark.parametrize(("before", "after"), [("planned", "cancelled"), ("counterfeit", "examined")])
def test_what_takes_something_back_needs_a_reason(before: str, after: str) -> None:
    with pytest.raises(BuyMoveRefused, match="needs a reason"):
        require_move(before, after, "  ", is_operator=True)  # type: ignore[arg-type]
