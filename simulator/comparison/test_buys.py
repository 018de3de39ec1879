"""Test buys: each purchase, the counts and costs of plans, and what the estimates are made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.test_buys import TrueBuy, count_findings


async def compare_test_buys(comparison: Comparison, api: Api, truth: Sequence[TrueBuy], who: str) -> None:
    """Compare the list of purchases as a caller sees it, and as CSV."""
    expected = {buy.planned.buy_id: (buy.planned.check_id, buy.state, buy.cost) for buy in truth}
    found = await api.list_all("/v1/test-buys", "buys", limit=200)
    comparison.equal_items(
        f"test buys: of {who}",
        truth=expected,
        answered={buy["buy_id"]: (buy["check_id"], buy["state"], buy["cost"]) for buy in found},
    )
    rows = await api.csv("/v1/test-buys.csv")
    comparison.equal_items(
        f"test buys: CSV of {who}",
        truth={buy_id: state for buy_id, (_, state, _) in expected.items()},
        answered={row["buy_id"]: row["state"] for row in rows},
    )


async def compare_plans(comparison: Comparison, api: Api, truth: Sequence[TrueBuy]) -> None:
    """Compare the plans as the operator sees them, and the inputs of the estimates of each quarter."""
    of_plan = _group(truth, lambda buy: buy.planned.plan_id)
    plans = await api.list_all("/v1/test-buys/plans", "plans", limit=100)
    for plan in plans:
        buys, where = of_plan.get(plan["plan_id"], []), f"test buys: plan {plan['plan_id']}"
        counts = {state: count for state, count in plan["counts"].items() if count}
        comparison.equal(f"{where}, counts", truth=dict(Counter(buy.state for buy in buys)), answered=counts)
        cost = round(sum(buy.cost or 0.0 for buy in buys), 2)
        comparison.equal(f"{where}, cost", truth=cost, answered=round(plan["cost"], 2))
        strata = Counter(buy.planned.stratum for buy in buys)
        draws = {index: stratum["draws"] for index, stratum in enumerate(plan["strata"]) if stratum["draws"]}
        comparison.equal(f"{where}, strata", truth=dict(strata), answered=draws)
    comparison.equal("test buys: plans", truth=len(of_plan), answered=len(plans))
    of_quarter = _group(truth, lambda buy: buy.planned.quarter)
    estimates = (await api.get("/v1/test-buys/estimates"))["estimates"]
    answered = {one["quarter"]: one for one in estimates if one["product"] is None}
    comparison.equal("test buys: quarters", truth=sorted(of_quarter), answered=sorted(answered))
    for quarter in sorted({*of_quarter} & {*answered}):
        findings = count_findings(of_quarter[quarter])
        strata = answered[quarter]["strata"]
        comparison.equal_items(
            f"test buys: estimates of {quarter}",
            truth={**findings, "purchases": len(of_quarter[quarter])},
            answered={
                **{name: sum(stratum[name] for stratum in strata) for name in findings},
                "purchases": answered[quarter]["purchases"],
            },
        )


def _group(buys: Sequence[TrueBuy], key: Callable[[TrueBuy], str]) -> dict[str, list[TrueBuy]]:
    groups: dict[str, list[TrueBuy]] = defaultdict(list)
    for buy in buys:
        groups[key(buy)].append(buy)
    return groups
