"""The moves of a takedown case, as one table: from where to where, who may, and what it does to the clock.

The 24 business hours end with the first decision (`upheld`, `rejected`) or with `withdrawn`. In China the forwarded
declaration of a seller starts 15 days, after which the measures end unless the right holder gave notice of a complaint
or a suit (E-Commerce Law, Art. 43). In the EU a decision can be complained about for six months from when it was
communicated (Digital Services Act, Art. 20); after them the case closes by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final, Literal

from serving.schemas.enforcement.cases import CaseActor, CaseState, Jurisdiction

UNDECIDED_STATES: Final[frozenset[CaseState]] = frozenset({"received", "in_review"})
END_STATES: Final[frozenset[CaseState]] = frozenset({"withdrawn", "closed"})
ClockEffect = Literal["goes_on", "ends", "waits_for_holder", "opens_complaints"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoveRule:
    """A move that exists. `jurisdictions` are those where it does; `server_in` those where a timer makes it as well.

    `clock` is what becomes of running times: they go on, they end, or others begin in their place: the holder's 15 days
    or the six months for complaints, each where the jurisdiction has it.
    """

    from_state: CaseState
    to_state: CaseState
    who: frozenset[CaseActor]
    clock: ClockEffect = "ends"
    needs_reason: bool = False
    jurisdictions: frozenset[Jurisdiction] = frozenset({"CN", "EU", "other"})
    server_in: frozenset[Jurisdiction] = frozenset()

    def allows(self, actor: CaseActor, jurisdiction: Jurisdiction) -> bool:
        """Whether this actor may make the move in this jurisdiction."""
        if jurisdiction not in self.jurisdictions:
            return False
        return jurisdiction in self.server_in if actor == "server" else actor in self.who


_OPERATOR: Final[frozenset[CaseActor]] = frozenset({"operator"})
_NOTIFYING: Final[frozenset[CaseActor]] = frozenset({"operator", "notifier"})
_RIGHT_SIDE: Final[frozenset[CaseActor]] = frozenset({"operator", "notifier", "holder"})
_SELLING: Final[frozenset[CaseActor]] = frozenset({"operator", "seller"})
_EU: Final[frozenset[Jurisdiction]] = frozenset({"EU"})
_CN: Final[frozenset[Jurisdiction]] = frozenset({"CN"})

MOVES: Final[tuple[MoveRule, ...]] = (
    MoveRule(from_state="received", to_state="in_review", who=_OPERATOR, clock="goes_on"),
    MoveRule(from_state="received", to_state="upheld", who=_OPERATOR),
    MoveRule(from_state="received", to_state="rejected", who=_OPERATOR, clock="opens_complaints", needs_reason=True),
    MoveRule(from_state="received", to_state="withdrawn", who=_NOTIFYING),
    MoveRule(from_state="in_review", to_state="upheld", who=_OPERATOR),
    MoveRule(from_state="in_review", to_state="rejected", who=_OPERATOR, clock="opens_complaints", needs_reason=True),
    MoveRule(from_state="in_review", to_state="withdrawn", who=_NOTIFYING),
    MoveRule(from_state="upheld", to_state="forwarded", who=_OPERATOR, clock="opens_complaints"),
    MoveRule(from_state="upheld", to_state="reinstated", who=_NOTIFYING, needs_reason=True),
    MoveRule(from_state="upheld", to_state="closed", who=_OPERATOR),
    MoveRule(from_state="rejected", to_state="in_review", who=_NOTIFYING, needs_reason=True),
    MoveRule(from_state="rejected", to_state="closed", who=_OPERATOR, server_in=_EU),
    MoveRule(
        from_state="forwarded", to_state="counter_notice", who=_SELLING, clock="waits_for_holder", needs_reason=True
    ),
    MoveRule(from_state="forwarded", to_state="reinstated", who=_NOTIFYING, needs_reason=True),
    MoveRule(from_state="forwarded", to_state="closed", who=_OPERATOR, server_in=_EU),
    MoveRule(from_state="counter_notice", to_state="holder_acted", who=_RIGHT_SIDE, needs_reason=True),
    MoveRule(from_state="counter_notice", to_state="reinstated", who=_NOTIFYING, needs_reason=True, server_in=_CN),
    # In China it is for an authority or a court to say who is right, so the operator does not confirm its decision.
    MoveRule(
        from_state="counter_notice",
        to_state="upheld",
        who=_OPERATOR,
        needs_reason=True,
        jurisdictions=frozenset({"EU", "other"}),
    ),
    MoveRule(from_state="holder_acted", to_state="reinstated", who=_NOTIFYING, needs_reason=True),
    MoveRule(from_state="holder_acted", to_state="closed", who=_OPERATOR),
    MoveRule(from_state="reinstated", to_state="closed", who=_OPERATOR),
)
_BY_STATES: Final = {(rule.from_state, rule.to_state): rule for rule in MOVES}


def find_move(from_state: CaseState, to_state: CaseState) -> MoveRule | None:
    """Give the move between two states, None where there is none."""
    return _BY_STATES.get((from_state, to_state))


def moves_from(state: CaseState, actor: CaseActor, jurisdiction: Jurisdiction) -> Iterator[MoveRule]:
    """Give the moves that an actor may make of a case in this state."""
    for rule in MOVES:
        if rule.from_state == state and rule.allows(actor, jurisdiction):
            yield rule
