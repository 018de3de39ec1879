"""Steps of cases on a running server."""

from __future__ import annotations

from typing import Any

from serving.store.sortable_id import new_id
from tests.serving.servers.running import Running

TOY = {"country": "DE", "product": "toy"}


def decided(server: Running, to: str = "upheld", **values: Any) -> str:
    """Open a case, on a listing of its own unless others are named, and decide it; gives its id."""
    listing = {"listing_id": new_id(), "seller_id": "Seller-77"}
    made = server.http.post("/v1/cases", json={**TOY, "listings": [listing], **values})
    assert made.status_code == 201, made.text
    case_id: str = made.json()["case_id"]
    move = {"to": to, "version": made.json()["version"], "reason": "seen"}
    moved = server.http.post(f"/v1/cases/{case_id}/moves", json=move)
    assert moved.is_success, moved.text
    return case_id
