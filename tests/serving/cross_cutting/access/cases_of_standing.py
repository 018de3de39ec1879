"""The cases of the service level, of fast track and of misuse."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import LISTED, Case

_OPERATORS = Case(code="operator_required")
_FLAGGER = {"authority": "a", "country": "DE", "since": "2026-01-01"}
STANDING_CASES = {
    "GET /v1/fast-track": LISTED,
    "GET /v1/fast-track.csv": LISTED,
    "GET /v1/fast-track/changes": LISTED,
    "GET /v1/fast-track/changes.csv": LISTED,
    "POST /v1/fast-track/evaluations": _OPERATORS,
    "GET /v1/trusted-flaggers": LISTED,
    "GET /v1/trusted-flaggers.csv": LISTED,
    "PUT /v1/members/{member_id}/trusted-flagger": Case(code="operator_required", sent=_FLAGGER),
    "DELETE /v1/members/{member_id}/trusted-flagger": _OPERATORS,
    "GET /v1/misuse": LISTED,
    "GET /v1/misuse.csv": LISTED,
    "GET /v1/misuse/steps.csv": LISTED,
    "GET /v1/misuse/steps": LISTED,
    "POST /v1/members/{member_id}/misuse-steps": Case(
        code="operator_required", sent={"kind": "warning", "reason": "x"}
    ),
    "GET /v1/service-level": LISTED,
    "GET /v1/service-level.csv": LISTED,
    "GET /v1/service-level/late": LISTED,
    "GET /v1/service-level/late.csv": LISTED,
}
