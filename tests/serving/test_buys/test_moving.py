from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from serving.errors import BuyMoveRefused, ExaminationIncomplete
from serving.schemas.enforcement.buys import BuyMoveSent, Finding
from serving.store.test_buys.buy_values import BuyChange, StoredBuy
from serving.test_buys.moving import allowed_moves, decide_move
from tests.serving.builders.cases.new_cases import TOYS
from tests.serving.builders.new_buys import CHECKLIST, FAILED, OPERATOR, PASSED
from tests.serving.builders.new_checks import NOW

BUY = StoredBuy(
    buy_id="b",
    plan_state="accepted",
    state="received",
    product="toy",
    check_id="c",
    listing_id="l",
    seller_id="s",
    country="DE",
    cost=20.0,
    currency="EUR",
    points=tuple(CHECKLIST.points),
    checklist_version=3,
    findings={},
    has_check=True,
)


def decided(to: str, buy: StoredBuy = BUY, *, by: Any = OPERATOR, **sent: Any) -> BuyChange:
    return decide_move(buy, BuyMoveSent.model_validate({"to": to, "version": 1, **sent}), by, NOW, "case")


def found(some: list[Finding]) -> list[dict[str, Any]]:
    return [one.model_dump() for one in some]


def examined(some: list[Finding]) -> StoredBuy:
    return dataclasses.replace(BUY, state="examined", findings={one.point_id: one for one in some})


def test_an_examination_keeps_its_findings_in_the_checklists_order_and_its_version() -> None:
    change = decided("examined", findings=found(FAILED[::-1]), by=TOYS)
    assert change.findings == FAILED
    assert change.checklist_version == 3
    assert change.opens is None


@pytest.mark.parametrize(
    ("buy", "sent", "complaint"),
    [
        (BUY, {}, "send what was found"),
        (BUY, {"findings": found(FAILED[:1])}, "'box' of the checklist has no finding"),
        (BUY, {"findings": found(FAILED + FAILED[:1])}, "two are of the same point"),
        (dataclasses.replace(BUY, checklist_version=None, points=()), {"findings": found(FAILED)}, "has no checklist"),
    ],
)
def test_an_examination_without_all_findings_is_refused(buy: StoredBuy, sent: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ExaminationIncomplete, match=complaint):
        decided("examined", buy, **sent)


def test_an_outcome_taken_back_keeps_the_findings_until_others_are_sent() -> None:
    buy = dataclasses.replace(examined(FAILED), state="counterfeit")
    assert decided("examined", buy, reason="a wrong seal").findings is None
    assert decided("examined", buy, reason="a wrong seal", findings=found(PASSED)).findings == PASSED


def test_a_counterfeit_opens_the_operators_case_and_a_genuine_item_none() -> None:
    change = decided("counterfeit", examined(FAILED), by=TOYS)
    assert change.opens is not None
    new, opening = change.opens
    assert (new.opened_by, new.member_id, new.origin_key) == ("test_buy", None, "test_buy:b")
    assert (new.country, new.product, opening.case_id, opening.at) == ("DE", "toy", "case", NOW)
    (listing,) = new.listings
    assert (listing.check_id, listing.listing_id, listing.seller_id) == ("c", "l", "s")
    assert (listing.value_amount, listing.value_currency) == (20.0, "EUR")
    assert "failed seal" in new.statement
    assert "version 3" in new.statement
    assert decided("genuine", examined(PASSED)).opens is None
    with pytest.raises(ExaminationIncomplete, match="no point"):
        decided("counterfeit", examined(PASSED))


def test_a_case_names_no_check_that_was_deleted() -> None:
    change = decided("counterfeit", dataclasses.replace(examined(FAILED), has_check=False))
    assert change.opens is not None
    assert change.opens[0].listings[0].check_id is None


def test_what_is_not_the_callers_is_refused() -> None:
    with pytest.raises(BuyMoveRefused, match="accept the plan first"):
        decided("ordered", dataclasses.replace(BUY, plan_state="proposed", state="planned"))
    with pytest.raises(BuyMoveRefused, match="operator's to state"):
        decided("examined", by=TOYS, cost=3, findings=found(FAILED))
    with pytest.raises(BuyMoveRefused, match="sent with a move to examined"):
        decided("genuine", examined(PASSED), findings=found(PASSED))
    assert list(allowed_moves("received", TOYS)) == ["examined"]
    assert list(allowed_moves("planned", TOYS)) == []
