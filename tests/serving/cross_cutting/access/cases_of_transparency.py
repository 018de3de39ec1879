"""The cases of a marketplace's duties: nearly all of them are the operator's, and what is published is everyone's."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import Case

_OPERATOR = Case(code="operator_required")
_NO_CASE = Case(code="case_not_found")
PUBLIC_ROUTES = frozenset(
    {
        "GET /v1/transparency",
        "GET /v1/transparency/{quarter}",
        "GET /v1/transparency/{quarter}.csv",
        "GET /v1/transparency/{quarter}.pdf",
    }
)
CASES_OF_TRANSPARENCY = {
    "GET /v1/statements-of-reasons": _OPERATOR,
    "GET /v1/statements-of-reasons.csv": _OPERATOR,
    "GET /v1/statements-of-reasons/export": _OPERATOR,
    "GET /v1/statements-of-reasons/{statement_id}": _OPERATOR,
    "PUT /v1/statements-of-reasons/{statement_id}/facts": Case(code="operator_required", sent={"facts": "x"}),
    "POST /v1/cases/{case_id}/complaints": Case(code="case_not_found", sent={"text": "x"}),
    "GET /v1/cases/{case_id}/complaints": _NO_CASE,
    "GET /v1/complaints": _OPERATOR,
    "GET /v1/complaints.csv": _OPERATOR,
    "POST /v1/complaints/{complaint_id}/decision": Case(
        code="operator_required", sent={"outcome": "reversed", "reason": "x"}
    ),
    "GET /v1/cases/{case_id}/buyers-notice": _OPERATOR,
    "POST /v1/cases/{case_id}/buyers-notice": Case(code="operator_required", sent={"way": "publicly"}),
    "GET /v1/transparency/{quarter}/draft": _OPERATOR,
    "POST /v1/transparency/{quarter}/publish": _OPERATOR,
    "POST /v1/transparency/{quarter}/withdraw": _OPERATOR,
    "GET /v1/transparency/annual/{year}/{part}.csv": _OPERATOR,
}
