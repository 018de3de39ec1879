from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.sent_buys import POINTS, accepted_plan, move, received
from tests.serving.servers.running import Running

FAILED = [{"point_id": "seal", "result": "fail", "note": "no year"}]


@pytest.fixture(scope="module")
def bought(server: Running) -> dict[str, Any]:
    """A purchase that was received, with one photo, of a plan that buys every listing."""
    check = server.answer(jpeg(seed=82), listing={"listing_id": "l-82", "seller_id": "s-82"})
    product = check["product"]
    plan = accepted_plan(server.http, product)
    return received(server.http, plan["plan_id"], jpeg(seed=83))


def test_a_purchase_goes_its_way_to_a_case(server: Running, bought: dict[str, Any]) -> None:
    http, address, product = server.http, f"/v1/test-buys/{bought['buy_id']}", bought["product"]
    assert bought["allowed_moves"] == ["examined"]
    refused = http.post(f"{address}/moves", json={"to": "examined", "version": bought["version"], "findings": FAILED})
    assert (refused.status_code, refused.json()["code"]) == (422, "examination_incomplete")
    assert "has no checklist" in refused.json()["detail"]
    checklist = http.put(f"/v1/test-buys/checklists/{product}", json={"version": 0, "points": POINTS})
    assert checklist.json() == http.get(f"/v1/test-buys/checklists/{product}").json()
    stale = http.put(f"/v1/test-buys/checklists/{product}", json={"version": 5, "points": POINTS})
    assert (stale.status_code, stale.json()["code"]) == (409, "checklist_changed")
    skipped = http.post(f"{address}/moves", json={"to": "genuine", "version": bought["version"]})
    assert (skipped.status_code, skipped.json()["code"]) == (409, "test_buy_move_not_allowed")
    examined = move(http, bought, "examined", findings=FAILED)
    late = http.post(f"{address}/moves", json={"to": "examined", "version": bought["version"], "findings": FAILED})
    assert (late.status_code, late.json()["code"]) == (409, "test_buy_changed")
    wrong = http.post(f"{address}/moves", json={"to": "genuine", "version": examined["version"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "examination_incomplete")
    headers = {"Idempotency-Key": "outcome"}
    sent = {"to": "counterfeit", "version": examined["version"]}
    first, again = (http.post(f"{address}/moves", json=sent, headers=headers).json() for _ in range(2))
    assert first == again == http.get(address).json()
    assert [one["to_state"] for one in first["moves"]] == ["planned", "ordered", "received", "examined", "counterfeit"]
    case = http.get(f"/v1/cases/{first['case_id']}").json()
    assert (case["opened_by"], case["product"], case["country"]) == ("test_buy", product, "DE")
    assert case["listings"][0]["check_id"] == first["check_id"]
    moved = [one for one in http.get("/v1/events").json()["events"] if one["type"] == "test_buy.moved"]
    assert moved[-1]["data"]["case_id"] == first["case_id"]
    rows = list(csv.DictReader(io.StringIO(http.get("/v1/test-buys.csv", params={"state": "counterfeit"}).text)))
    assert [row["buy_id"] for row in rows] == [first["buy_id"]]


def test_photos_are_kept_as_received_and_shown_upright(server: Running, bought: dict[str, Any]) -> None:
    http, address = server.http, f"/v1/test-buys/{bought['buy_id']}/photos"
    data = jpeg(seed=84)
    first, again = (http.post(address, params={"point_id": "seal"}, content=data) for _ in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["sha256"] == hashlib.sha256(data).hexdigest()
    shown = http.get(f"{address}/{first.json()['index']}", params={"max_side_px": 64})
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content[:2] == b"\xff\xd8"
    no_photo = http.post(address, content=b"no photo")
    assert (no_photo.status_code, no_photo.json()["code"]) == (422, "photo_not_an_image")
    assert http.get(f"{address}/99").json()["code"] == "photo_not_found"
    assert http.post("/v1/test-buys/nope/photos", content=data).json()["code"] == "test_buy_not_found"


def test_pages_follow_one_another(server: Running, bought: dict[str, Any]) -> None:
    http, ids, cursor = server.http, [], None
    while True:
        page = http.get("/v1/test-buys", params={"limit": 1, **({} if cursor is None else {"cursor": cursor})}).json()
        ids += [one["buy_id"] for one in page["buys"]]
        if (cursor := page["next_cursor"]) is None or len(ids) > 3:
            break
    assert len(ids) == len(set(ids))
    assert ids == sorted(ids, reverse=True)
    assert http.get("/v1/test-buys", params={"check_id": bought["check_id"]}).json()["buys"] != []
