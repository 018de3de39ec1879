"""Plans of test buys to store without drawing anything."""

from __future__ import annotations

import datetime
from typing import Any

from serving.principal import Principal
from serving.schemas.enforcement.buys import BuyPlanSent, BuyState, ChecklistSent, Finding
from serving.store.store import Store
from serving.store.test_buys.buy_rows import BuyFilter
from serving.store.test_buys.buy_values import BuyChange, NewBuy, NewPlan, StoredBuy
from tests.serving.builders.new_checks import NOW

DAY = datetime.timedelta(days=1)
OPERATOR = Principal(name="operator", rate_key="operator")
STRATA = [
    {"group": "flagged", "chosen": False, "size": 40, "draws": 2, "suspicion": 3.0},
    {"group": "passed", "chosen": False, "size": 900, "draws": 2, "suspicion": -4.0},
]
CHECKLIST = ChecklistSent.model_validate(
    {
        "version": 0,
        "points": [
            {"point_id": "seal", "text": "The seal shows the year.", "decisive": True},
            {"point_id": "box", "text": "The box has a barcode."},
        ],
    }
)
PASSED = [Finding(point_id="seal", result="pass", note=""), Finding(point_id="box", result="pass", note="")]
FAILED = [Finding(point_id="seal", result="fail", note="no year"), Finding(point_id="box", result="pass", note="")]


def plan_sent(**values: Any) -> BuyPlanSent:
    return BuyPlanSent.model_validate(
        {
            "since": NOW - 7 * DAY,
            "until": NOW,
            "country": "DE",
            "currency": "EUR",
            "budget": 1000,
            "default_price": 20,
            **values,
        }
    )


def new_buy(stratum: int = 0, **values: Any) -> NewBuy:
    facts: dict[str, Any] = {
        "check_id": "c",
        "listing_id": "l",
        "seller_id": "s",
        "product": "toy",
        "verdict": "counterfeit",
        "authenticity": 0.1,
        "selection": "random",
        "stratum": stratum,
        "probability": STRATA[stratum]["draws"] / STRATA[stratum]["size"],  # type: ignore[operator]
        "worth": None,
        "expected_cost": 20.0,
    }
    return NewBuy(**{**facts, **values})


def new_plan(*buys: NewBuy, **sent: Any) -> NewPlan:
    """A plan of two purchases in each of two strata, unless others are given."""
    return NewPlan(
        sent=plan_sent(**sent),
        seed="5eed",
        frame_sha256="f" * 64,
        frame_size=940,
        strata=STRATA,
        expected_cost=80.0,
        buys=buys or (new_buy(0), new_buy(0), new_buy(1), new_buy(1, product="mug", seller_id="t")),
    )


async def accepted(store: Store, new: NewPlan | None = None) -> list[str]:
    """Add and accept a plan, and give the ids of its purchases in the plan's order."""
    buys = store.test_buys
    plan = (await buys.plans.add(OPERATOR, new or new_plan(), NOW)).plan
    await buys.plans.accept(OPERATOR, plan.plan_id, NOW)
    page = await buys.rows.find_page(OPERATOR, BuyFilter(plan_id=plan.plan_id), 100)
    return [one.buy_id for one in sorted(page, key=lambda one: (one.stratum, one.seller_id or "", one.buy_id))]


async def moved(store: Store, buy_id: str, *states: BuyState, by: Principal = OPERATOR) -> int:
    """Move a purchase through states without asking any rule; gives its version."""
    version = (await store.test_buys.rows.find(OPERATOR, buy_id, no_moves)).version
    for state in states:
        version = (await store.test_buys.rows.move(by, buy_id, moving_to(state), no_moves, version=version)).version
    return version


def moving_to(state: BuyState, **values: Any) -> Any:
    def decide(_: StoredBuy) -> BuyChange:
        return BuyChange(to_state=state, **{"at": NOW, **values})

    return decide


def no_moves(_: BuyState, __: Principal) -> list[BuyState]:
    return []
