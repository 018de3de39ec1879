"""The cases of clusters of sellers."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import LISTED, Case

NO_CLUSTER = Case(code="cluster_not_found")
CLUSTER_CASES = {
    "GET /v1/clusters": LISTED,
    "GET /v1/clusters.csv": Case(code=None, own=("audit_entries", "audit_private")),
    "GET /v1/clusters/{cluster_id}": NO_CLUSTER,
    "GET /v1/clusters/{cluster_id}/report": NO_CLUSTER,
    "GET /v1/clusters/{cluster_id}/report.csv": NO_CLUSTER,
    "POST /v1/clusters/{cluster_id}/links/{link_id}/removal": Case(code="cluster_not_found", sent={"reason": "x"}),
    "POST /v1/clusters/{cluster_id}/cases": Case(code="cluster_not_found", sent={"country": "DE"}),
    "GET /v1/removed-links": LISTED,
    "GET /v1/removed-links.csv": LISTED,
    "POST /v1/removed-links/{removal_id}/restoration": Case(code="link_not_found"),
}
