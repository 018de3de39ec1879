from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.serving.builders.cases.standing_site import Standing
from tests.serving.routes.accounts_steps import refusal

TOY = {"country": "US", "product": "toy", "listings": [{"listing_id": "l"}]}


def test_a_record_earns_fast_track_and_its_member_learns_why(standing: Standing) -> None:
    http = standing.site.http
    http.post("/v1/fast-track/evaluations").raise_for_status()  # the server did it at its start, too
    assert http.post("/v1/fast-track/evaluations").json() == {"evaluated": 2, "changed": 0}
    page = http.get("/v1/fast-track").json()
    assert (page["min_decided"], page["min_upheld_share"], page["max_counter_share"]) == (35, 0.9, 0.05)
    toys, mugs = page["statuses"]
    assert (toys["name"], toys["standing"], toys["decided"], toys["upheld_share"]) == ("Toys", "fast", 40, 1.0)
    assert (mugs["name"], mugs["standing"], mugs["decided"], mugs["upheld_share"]) == ("Mugs", "standard", 6, 0.0)
    (change,) = http.get("/v1/fast-track/changes", headers=standing.toys).json()["changes"]
    assert (change["reason_code"], change["to_standing"]) == ("earned", "fast")
    assert "40 cases were decided, 40 of them upheld" in change["reason"]
    events = http.get("/v1/events", headers=standing.toys, params={"types": "fast_track.changed"}).json()["events"]
    assert [event["data"]["reason"] for event in events] == [change["reason"]]
    (row,) = csv.DictReader(io.StringIO(http.get("/v1/fast-track/changes.csv", headers=standing.toys).text))
    assert (row["to_standing"], row["reason"], row["upheld_share"]) == ("fast", change["reason"], "1.0")
    assert http.get("/v1/fast-track/changes", headers=standing.mugs).json()["changes"] == []


def test_standings_are_read_page_by_page_and_as_csv_by_whom_they_concern(standing: Standing) -> None:
    http = standing.site.http
    http.post("/v1/fast-track/evaluations").raise_for_status()
    first = http.get("/v1/fast-track", params={"limit": 1}).json()
    # These members have ids that no cursor has: real ones are UUIDs.
    assert first["next_cursor"] == "member:m"
    assert refusal(http.get("/v1/fast-track", params={"cursor": "nonsense"})) == (422, "cursor_invalid")
    assert refusal(http.get("/v1/fast-track/changes", params={"cursor": "x"})) == (422, "cursor_invalid")
    own = http.get("/v1/fast-track", headers=standing.mugs).json()["statuses"]
    assert [status["subject_id"] for status in own] == ["n"]
    rows = list(csv.DictReader(io.StringIO(http.get("/v1/fast-track.csv", params={"standing": "fast"}).text)))
    assert [(row["subject_id"], row["name"], row["upheld_share"]) for row in rows] == [("m", "Toys", "1.0")]


def test_fast_cases_come_first_in_the_queue(standing: Standing) -> None:
    http = standing.site.http
    http.post("/v1/fast-track/evaluations").raise_for_status()
    slow = http.post("/v1/cases", json={**TOY, "listings": [{"listing_id": "of the operator"}]}).json()
    fast = http.post("/v1/cases", json=TOY, headers=standing.toys).json()
    assert (slow["fast_track"], fast["fast_track"]) == (False, True)
    queue: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = http.get("/v1/cases", params={"sort": "queue", "limit": 1, "product": "toy", **cursor}).json()
        queue += [case["case_id"] for case in page["cases"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert queue == [fast["case_id"], slow["case_id"]]
    assert http.get("/v1/cases", params={"sort": "due", **cursor}).json()["code"] == "cursor_invalid"


def test_a_trusted_flagger_is_recorded_by_the_operator_alone(standing: Standing) -> None:
    http, path = standing.site.http, "/v1/members/n/trusted-flagger"
    sent = {"authority": "Coordinator", "country": "DE", "since": "2026-01-01", "until": None}
    assert refusal(http.put(path, json=sent, headers=standing.mugs)) == (403, "operator_required")
    assert http.put(path, json=sent).json() == {**sent, "member_id": "n"}
    assert http.get("/v1/trusted-flaggers", headers=standing.mugs).json()["trusted_flaggers"] == [
        {**sent, "member_id": "n"}
    ]
    rows = http.get("/v1/trusted-flaggers.csv", headers=standing.mugs).text.splitlines()
    assert rows == ["member_id,authority,country,since,until", "n,Coordinator,DE,2026-01-01,"]
    assert http.get("/v1/trusted-flaggers", headers=standing.toys).json()["trusted_flaggers"] == []
    assert http.get("/v1/fast-track", headers=standing.mugs).json()["statuses"][0]["standing"] == "standard"
    for wrong in ({**sent, "until": "2025-12-31"}, {**sent, "country": "Germany"}, {"authority": "x"}):
        assert refusal(http.put(path, json=wrong)) == (422, "request_invalid")
    assert http.delete(path).status_code == 204
    assert refusal(http.delete(path)) == (404, "trusted_flagger_not_found")


@pytest.mark.parametrize("path", ["/v1/fast-track/evaluations"])
def test_only_the_operator_evaluates(standing: Standing, path: str) -> None:
    assert refusal(standing.site.http.post(path, headers=standing.toys)) == (403, "operator_required")
