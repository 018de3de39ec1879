from __future__ import annotations

from serving.routes.openapi.examples_buys import BUY_EXAMPLES
from serving.schemas.enforcement.buys import BuyPlan
from serving.test_buys.plans_csv import COLUMNS, plans_csv


def test_a_plan_is_a_row_with_all_but_its_strata_and_counts() -> None:
    plan = BuyPlan.model_validate({**BUY_EXAMPLES["BuyPlan"], "product": "=1+1"})
    header, row = plans_csv([plan]).splitlines()
    assert set(COLUMNS) == set(BuyPlan.model_fields) - {"strata", "counts"}
    assert header == ",".join(COLUMNS)
    assert row.startswith(f"{plan.plan_id},")
    assert ",'=1+1," in row
