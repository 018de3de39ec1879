"""The states of a test buy and the moves between them, as one table."""

from __future__ import annotations

import dataclasses
from typing import Final

from serving.errors import BuyMoveRefused
from serving.schemas.enforcement.buys import BuyState


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move that is allowed: who may make it beside the operator, and whether a reason must be given."""

    from_state: BuyState
    to_state: BuyState
    member_may: bool = False
    needs_reason: bool = False


MOVES: Final[tuple[Move, ...]] = (
    Move(from_state="planned", to_state="ordered"),
    Move(from_state="planned", to_state="cancelled", needs_reason=True),
    Move(from_state="ordered", to_state="received", member_may=True),
    Move(from_state="ordered", to_state="not_delivered"),
    Move(from_state="ordered", to_state="cancelled", needs_reason=True),
    Move(from_state="not_delivered", to_state="received", member_may=True),  # it came after all
    Move(from_state="received", to_state="examined", member_may=True),
    Move(from_state="examined", to_state="genuine", member_may=True),
    Move(from_state="examined", to_state="counterfeit", member_may=True),
    Move(from_state="examined", to_state="cant_tell", member_may=True),
    # An outcome that turns out wrong is taken back, and the item is examined again.
    Move(from_state="genuine", to_state="examined", needs_reason=True),
    Move(from_state="counterfeit", to_state="examined", needs_reason=True),
    Move(from_state="cant_tell", to_state="examined", needs_reason=True),
)
OUTCOMES: Final[frozenset[BuyState]] = frozenset({"genuine", "counterfeit"})
MISSING: Final[frozenset[BuyState]] = frozenset({"cant_tell", "cancelled", "not_delivered"})


def moves_from(state: BuyState, *, is_operator: bool) -> list[Move]:
    """Give the moves that a caller may make from a state."""
    return [move for move in MOVES if move.from_state == state and (is_operator or move.member_may)]


def require_move(state: BuyState, to_state: BuyState, reason: str, *, is_operator: bool) -> Move:
    """Give the move; raises BuyMoveRefused, with what is allowed."""
    allowed = moves_from(state, is_operator=is_operator)
    for move in allowed:
        if move.to_state == to_state:
            if move.needs_reason and not reason.strip():
                raise BuyMoveRefused(f"a move from {state} to {to_state} needs a reason; send it as `reason`")
            return move
    if any(move.from_state == state and move.to_state == to_state for move in MOVES):
        raise BuyMoveRefused(f"a move from {state} to {to_state} is the operator's; ask the operator")
    named = ", ".join(move.to_state for move in allowed) or "no other state"
    raise BuyMoveRefused(f"the test buy is {state}; from there it moves to {named}, not to {to_state}")
