from __future__ import annotations

from typing import Any

import pytest

from serving.store.test_buys.buy_values import PlanFindings
from serving.test_buys.results import estimates_csv, estimates_of


def findings(plan_id: str, **values: Any) -> PlanFindings:
    facts: dict[str, Any] = {
        "plan_id": plan_id,
        "quarter": "2026-Q2",
        "product": None,
        "seed": plan_id,
        "frame_size": 1100,
        "strata": [
            {"group": "flagged", "chosen": False, "size": 100, "draws": 10, "suspicion": 3.0},
            {"group": "passed", "chosen": False, "size": 1000, "draws": 10, "suspicion": -4.0},
        ],
        "counts": {0: {"counterfeit": 8, "genuine": 1, "cant_tell": 1}, 1: {"genuine": 9, "ordered": 1}},
    }
    return PlanFindings(**{**facts, **values})


def test_states_count_as_outcomes_as_missing_or_as_waiting() -> None:
    (found,) = estimates_of([findings("a")]).estimates
    assert (found.listings, found.purchases, found.examined, found.missing, found.waiting) == (1100, 20, 18, 1, 1)
    assert found.precision.share == pytest.approx(8 / 9)
    assert found.precision.lowest == pytest.approx(8 / 10)
    assert found.precision.highest == pytest.approx(9 / 10)
    assert [(one.counterfeit, one.genuine, one.missing, one.waiting) for one in found.strata] == [
        (8, 1, 1, 0),
        (0, 9, 0, 1),
    ]


def test_plans_of_a_quarter_and_product_are_one_frame() -> None:
    some = [findings("a"), findings("b", counts={0: {"genuine": 10}, 1: {"genuine": 10}}), findings("c", product="toy")]
    whole, toy = estimates_of(some).estimates
    assert (whole.product, whole.listings, whole.purchases) == (None, 2200, 40)
    assert whole.precision.share == pytest.approx((100 * 8 / 9 + 0) / 200)
    assert {one.plan_id for one in whole.strata} == {"a", "b"}
    assert (toy.product, toy.listings) == ("toy", 1100)
    assert estimates_of([]).estimates == []


def test_the_csv_has_a_line_for_each_figure_and_no_formula() -> None:
    lines = estimates_csv(estimates_of([findings("a", product="=1+1", counts={})])).split("\r\n")
    assert lines[0].startswith("quarter,product,figure,share,low,high,lowest,highest,listings")
    assert lines[1] == "2026-Q2,'=1+1,precision,,0.0,1.0,,,1100,0,0,0,0"
    assert [line.split(",")[2] for line in lines[1:4]] == ["precision", "recall", "prevalence"]
    assert lines[4:] == [""]
