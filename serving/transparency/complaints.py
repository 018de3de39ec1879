"""Complaints against decisions (Digital Services Act, Art. 20): which are taken, and what a reversal does. Pure."""

from __future__ import annotations

import datetime
from typing import Final

from serving.cases.clocks.periods import complaint_window
from serving.cases.moving import WantedMove, decide_move
from serving.cases.states import find_move
from serving.errors import ComplaintNotPossible, ComplaintTooLate, PersonRequired
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import CaseState
from serving.schemas.enforcement.complaints import ComplaintSide, DecisionAgainst
from serving.store.cases.case_values import CaseChange, StoredCase
from serving.store.transparency.complaint_rows import CaseDecision, ContestedCase

DECISION_AGAINST: Final[dict[ComplaintSide, DecisionAgainst]] = {"notifier": "rejected", "seller": "upheld"}
# Where a reversed decision takes the case, where the case can still be moved there.
REVERSED_TO: Final[dict[DecisionAgainst, CaseState]] = {"upheld": "reinstated", "rejected": "in_review"}
REASON_CODE: Final = "complaint_reversed"


def contested_decision(case: ContestedCase, side: ComplaintSide, now: datetime.datetime) -> CaseDecision:
    """Give the decision that a side complains about: the last one against it.

    Raises ComplaintNotPossible where there is none, and ComplaintTooLate six months after the side was informed.
    """
    wanted = DECISION_AGAINST[side]
    against = [one for one in case.decisions if one.to == wanted]
    if case.jurisdiction != "EU":
        raise ComplaintNotPossible(
            f"the case is under the law of {case.country}, where this mechanism of the EU does not apply; object with "
            "a move of the case"
        )
    if not against:
        raise ComplaintNotPossible(
            f"the case was never {wanted}, so there is no decision against the {side} to complain about"
        )
    decision = against[-1]
    if decision.informed_at is None:  # the six months have not begun
        return decision
    until = complaint_window(decision.informed_at, case.country).at
    if now >= until:
        raise ComplaintTooLate(
            f"the decision was communicated at {utc_text(decision.informed_at)}; complaints about it were taken until "
            f"{utc_text(until)}"
        )
    return decision


def require_person(principal: Principal) -> None:
    """Raise PersonRequired for a caller of which no key names who decides (Art. 20(6))."""
    if principal.key_id is None:
        raise PersonRequired(
            "a complaint is decided by a person and not by automated means alone; call with a key of the store, which "
            "names who decides, and not with the server's own key"
        )


def reversal_of(decision: DecisionAgainst, reason: str, case: StoredCase, now: datetime.datetime) -> CaseChange | None:
    """Give the move of a case whose decision is reversed, None where the case can't be moved any more.

    A restriction is taken back by `reinstated`; a rejected notice is examined again.
    """
    to = REVERSED_TO[decision]
    rule = find_move(case.state, to)
    if rule is None or not rule.allows("operator", case.jurisdiction):
        return None
    wanted = WantedMove(to=to, reason_code=REASON_CODE, reason=reason, on_complaint=True)
    return decide_move(case, wanted, "operator", now)
