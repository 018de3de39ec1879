"""The cases of takedown cases."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import LISTED, Case

_MOVE = {"to": "withdrawn", "version": 1}
CASES_OF_CASES = {
    "POST /v1/cases": Case(code="case_check_missing", sent={"country": "DE", "listings": [{"check_id": "{check_id}"}]}),
    "GET /v1/cases": LISTED,
    "GET /v1/cases/counts": LISTED,
    "GET /v1/cases.csv": Case(code=None, own=("audit_entries", "audit_private")),
    "GET /v1/cases/{case_id}": Case(code="case_not_found"),
    "POST /v1/cases/{case_id}/moves": Case(code="case_not_found", sent=_MOVE),
    "POST /v1/cases/{case_id}/question": Case(code="operator_required", sent={"text": "x", "version": 1}),
    "POST /v1/cases/{case_id}/answer": Case(code="case_not_found", sent={"text": "x", "version": 1}),
    "POST /v1/cases/{case_id}/seller-link": Case(code="operator_required", sent={}),
    "GET /v1/cases/{case_id}/evidence/{evidence_id}/photos/{index}": Case(code="case_not_found"),
    "POST /v1/case-rules": Case(code="operator_required", sent={"kind": "counterfeit", "settings": {"country": "DE"}}),
    "GET /v1/case-rules": Case(code="operator_required"),
    "GET /v1/case-rules.csv": Case(code="operator_required"),
    "PATCH /v1/case-rules/{rule_id}": Case(code="operator_required", sent={"enabled": False}),
    "DELETE /v1/case-rules/{rule_id}": Case(code="operator_required"),
    "POST /v1/cases/bulk": Case(code="media_type_unsupported", sent={}),
    "POST /v1/cases/moves": Case(
        code=None, sent={"to": "withdrawn", "cases": [{"case_id": "{case_id}", "version": 1}]}
    ),
}
