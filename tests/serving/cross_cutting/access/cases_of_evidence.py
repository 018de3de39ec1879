"""The cases of evidence files."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import Case

CASES_OF_EVIDENCE = {
    "GET /v1/checks/{check_id}/photos/{index}/marks": Case(code="check_not_found"),
    "POST /v1/checks/{check_id}/evidence-file": Case(code="check_not_found"),
    "POST /v1/cases/{case_id}/evidence-file": Case(code="case_not_found"),
    "POST /v1/clusters/{cluster_id}/evidence-file": Case(code="cluster_not_found"),
}
