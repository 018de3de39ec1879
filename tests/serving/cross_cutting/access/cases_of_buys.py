"""The cases of test buys."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import LISTED, Case

_OPERATORS = Case(code="operator_required")
_NOT_FOUND = Case(code="test_buy_not_found")
_PLAN = {
    "since": "2026-01-01T00:00:00Z",
    "until": "2026-02-01T00:00:00Z",
    "country": "DE",
    "currency": "EUR",
    "budget": 100,
    "default_price": 10,
}
CASES_OF_BUYS = {
    "POST /v1/test-buys/plans": Case(code="operator_required", sent=_PLAN),
    "GET /v1/test-buys/plans": _OPERATORS,
    "GET /v1/test-buys/plans.csv": _OPERATORS,
    "GET /v1/test-buys/plans/{plan_id}": _OPERATORS,
    "POST /v1/test-buys/plans/{plan_id}/acceptance": _OPERATORS,
    "GET /v1/test-buys/estimates": LISTED,
    "GET /v1/test-buys/estimates.csv": LISTED,
    "GET /v1/test-buys": LISTED,
    "GET /v1/test-buys.csv": LISTED,
    "GET /v1/test-buys/{buy_id}": _NOT_FOUND,
    "POST /v1/test-buys/{buy_id}/moves": Case(code="test_buy_not_found", sent={"to": "examined", "version": 3}),
    "POST /v1/test-buys/{buy_id}/photos": _NOT_FOUND,
    "GET /v1/test-buys/{buy_id}/photos/{index}": _NOT_FOUND,
    "GET /v1/test-buys/checklists/{product}": Case(code="checklist_not_found"),
    "PUT /v1/test-buys/checklists/{product}": Case(
        code="checklist_not_found", sent={"version": 1, "points": [{"point_id": "seal", "text": "x"}]}
    ),
}
