"""Opens and moves cases for the tests of their pages."""

from __future__ import annotations

from typing import Any

from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.running import Running


def open_case(
    site: Running, seed: int, *, country: str = "DK", statement: str = "A copy of our logo"
) -> dict[str, Any]:
    """Open a case about a check of its own."""
    named = {"listing_id": f"L-{seed}", "seller_id": "S-1", "product": "toy"}
    check = site.answer(jpeg(RED, seed=seed), listing=named)
    sent = {"country": country, "statement": statement, "listings": [{"check_id": check["check_id"]}]}
    response = site.http.post("/v1/cases", json=sent)
    response.raise_for_status()
    opened: dict[str, Any] = response.json()
    return opened


def move(site: Running, case: dict[str, Any], to: str, reason: str = "The word mark differs") -> dict[str, Any]:
    """Move a case, and give it as it is then."""
    sent = {"to": to, "version": case["version"], "reason": reason}
    response = site.http.post(f"/v1/cases/{case['case_id']}/moves", json=sent)
    response.raise_for_status()
    moved: dict[str, Any] = response.json()
    return moved
