"""The cases of working groups: Bolt is in one, Acme was never invited to it, nor is it of Acme's business."""

from __future__ import annotations

from tests.serving.cross_cutting.access.case import LISTED, Case

NO_GROUP = Case(code="group_not_found")
AGREEMENT = {"terms_version": 1, "shares": [{"kind": "photo_hash", "product": "acme"}], "asks": ["photo_hash"]}
GROUP_CASES = {
    "POST /v1/groups": Case(code="operator_required", sent={"name": "x", "category": "toys", "terms": "x"}),
    "GET /v1/groups": LISTED,
    "GET /v1/groups.csv": LISTED,
    "GET /v1/groups/{group_id}": NO_GROUP,
    "DELETE /v1/groups/{group_id}": Case(code="operator_required"),
    "PUT /v1/groups/{group_id}/terms": Case(code="operator_required", sent={"terms": "x"}),
    "GET /v1/groups/{group_id}/members": NO_GROUP,
    "GET /v1/groups/{group_id}/members.csv": NO_GROUP,
    "POST /v1/groups/{group_id}/members": Case(code="operator_required", sent={"member_id": "{member_id}"}),
    "DELETE /v1/groups/{group_id}/members/{member_id}": Case(code="operator_required"),
    "PUT /v1/groups/{group_id}/agreement": Case(code="group_not_found", sent=AGREEMENT),
    "GET /v1/groups/{group_id}/agreement": NO_GROUP,
    "DELETE /v1/groups/{group_id}/agreement": NO_GROUP,
    "GET /v1/groups/{group_id}/agreements": NO_GROUP,
    "GET /v1/groups/{group_id}/agreements.csv": NO_GROUP,
    "POST /v1/groups/{group_id}/items": Case(
        code="group_not_found", sent={"check_id": "{check_id}", "kinds": ["photo_hash"]}
    ),
    "GET /v1/groups/{group_id}/items": NO_GROUP,
    "GET /v1/groups/{group_id}/items.csv": NO_GROUP,
    "POST /v1/groups/{group_id}/withdrawals": Case(code="group_not_found", sent={"item_id": "{item_id}"}),
    "POST /v1/groups/{group_id}/questions": Case(code="group_not_found", sent={"seller_id": "bolt-seller"}),
}
