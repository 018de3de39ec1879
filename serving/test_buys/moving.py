"""Decides what a move of a test buy writes: its findings, and the case that a counterfeit opens."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from serving.cases.moving import opening_of
from serving.errors import BuyMoveRefused, ExaminationIncomplete
from serving.principal import Principal
from serving.schemas.enforcement.buys import BuyMoveSent, BuyState, Finding
from serving.store.cases.case_values import NewCase, NewListing, Opening
from serving.store.test_buys.buy_values import BuyChange, StoredBuy
from serving.test_buys.examination import require_findings, require_outcome
from serving.test_buys.states import OUTCOMES, moves_from, require_move


def decide_move(
    buy: StoredBuy, sent: BuyMoveSent, principal: Principal, now: datetime.datetime, case_id: str
) -> BuyChange:
    """Decide a move; `case_id` is for the case that it may open. Raises BuyMoveRefused or ExaminationIncomplete."""
    if buy.plan_state != "accepted":
        raise BuyMoveRefused("the plan of this test buy is only proposed; accept the plan first")
    require_move(buy.state, sent.to, sent.reason, is_operator=principal.is_operator)
    if sent.cost is not None and not principal.is_operator:
        raise BuyMoveRefused("cost: what was paid is the operator's to state; leave it out")
    change = BuyChange(to_state=sent.to, at=now, reason=sent.reason, cost=sent.cost)
    if sent.to == "examined":
        return _examined(buy, sent, change)
    if sent.findings is not None:
        raise BuyMoveRefused("findings: they are sent with a move to examined; leave them out of this one")
    if sent.to in OUTCOMES:
        require_outcome(buy.points, buy.findings, sent.to)
    return dataclasses.replace(change, opens=_case_of(buy, now, case_id)) if sent.to == "counterfeit" else change


def allowed_moves(state: BuyState, principal: Principal) -> Sequence[BuyState]:
    """Give the states to which a caller may move a test buy of an accepted plan."""
    return [move.to_state for move in moves_from(state, is_operator=principal.is_operator)]


def _examined(buy: StoredBuy, sent: BuyMoveSent, change: BuyChange) -> BuyChange:
    """Take the findings; an examination that is taken up again keeps those that it has, until others are sent."""
    if buy.checklist_version is None:
        raise ExaminationIncomplete(
            f"the product {buy.product!r} has no checklist; make one with PUT /v1/test-buys/checklists/{buy.product}"
        )
    if sent.findings is None:
        if buy.state == "received":
            raise ExaminationIncomplete("findings: send what was found on every point of the product's checklist")
        return change
    findings = {one.point_id: Finding(**one.model_dump()) for one in sent.findings}
    if len(findings) < len(sent.findings):
        raise ExaminationIncomplete("findings: two are of the same point; send one for each")
    require_findings(buy.points, findings)
    in_order = [findings[point.point_id] for point in buy.points]
    return dataclasses.replace(change, findings=in_order, checklist_version=buy.checklist_version)


def _case_of(buy: StoredBuy, now: datetime.datetime, case_id: str) -> tuple[NewCase, Opening]:
    """Give the case of a counterfeit, the same whenever it is asked for: its key is that of the test buy."""
    failed = [finding.point_id for finding in buy.findings.values() if finding.result == "fail"]
    new = NewCase(
        opened_by="test_buy",
        listings=(
            NewListing(
                listing_id=buy.listing_id,
                seller_id=buy.seller_id,
                check_id=buy.check_id if buy.has_check else None,
                value_amount=buy.cost,
                value_currency=buy.currency,
            ),
        ),
        country=buy.country,
        product=buy.product,
        statement=(
            f"An item of this listing was bought and examined by version {buy.checklist_version} of the product's "
            f"checklist. It is counterfeit: it failed {', '.join(failed)}. Test buy {buy.buy_id} has the findings."
        ),
        origin_key=f"test_buy:{buy.buy_id}",
    )
    return new, opening_of(new, case_id, "server", now)
