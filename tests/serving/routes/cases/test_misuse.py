from __future__ import annotations

import csv
import io

from tests.serving.builders.cases.standing_site import Standing
from tests.serving.routes.accounts_steps import refusal

PATH = "/v1/members/n/misuse-steps"
MUG = {"country": "US", "product": "mug", "listings": [{"listing_id": "l"}]}


def test_a_warning_comes_before_a_suspension_which_ends(standing: Standing) -> None:
    http = standing.site.http
    (before,) = http.get("/v1/misuse").json()["members"]
    assert (before["name"], before["decided"], before["unfounded"], before["share"]) == ("Mugs", 6, 6, 1.0)
    (row,) = csv.DictReader(io.StringIO(http.get("/v1/misuse.csv").text))
    assert (row["name"], row["unfounded"], row["share"], row["warned_at"]) == ("Mugs", "6", "1.0", "")
    assert (before["proposal"], before["warned_at"]) == ("warning", None)
    suspension = {"kind": "suspension", "reason": "again", "days": 7}
    assert refusal(http.post(PATH, json=suspension)) == (409, "warning_missing")
    assert refusal(http.post(PATH, json={"kind": "lifting", "reason": "x"})) == (409, "not_suspended")
    warning = {"kind": "warning", "reason": "these were genuine"}
    headers = {"Idempotency-Key": "warn"}
    warned = http.post(PATH, json=warning, headers=headers).json()
    assert http.post(PATH, json=warning, headers=headers).json() == warned
    assert (warned["decided"], warned["unfounded"]) == (6, 6)
    after = http.get("/v1/misuse", headers=standing.mugs).json()["members"][0]
    assert (after["proposal"], after["warned_at"]) == ("nothing", warned["at"])  # none came after it
    assert http.post("/v1/cases", json=MUG, headers=standing.mugs).status_code == 201
    suspended = http.post(PATH, json=suspension).json()
    refused = http.post("/v1/cases", json=MUG, headers=standing.mugs)
    assert refusal(refused) == (403, "notifier_suspended")
    assert suspended["until"][:16].replace("T", " ") in refused.json()["detail"]
    assert http.post("/v1/cases", json=MUG).status_code == 201  # the operator's own finding
    http.post(PATH, json={"kind": "lifting", "reason": "they changed"}).raise_for_status()
    assert http.post("/v1/cases", json=MUG, headers=standing.mugs).status_code == 201
    own = http.get("/v1/misuse/steps", headers=standing.mugs, params={"limit": 2}).json()
    assert [step["kind"] for step in own["steps"]] == ["lifting", "suspension"]
    rest = http.get("/v1/misuse/steps", headers=standing.mugs, params={"cursor": own["next_cursor"]}).json()
    assert [step["kind"] for step in rest["steps"]] == ["warning"]
    rows = csv.DictReader(io.StringIO(http.get("/v1/misuse/steps.csv", headers=standing.mugs).text))
    assert [(row["kind"], row["reason"]) for row in rows] == [
        ("lifting", "they changed"), ("suspension", "again"), ("warning", "these were genuine"),
    ]  # fmt: skip
    events = http.get("/v1/events", headers=standing.mugs).json()["events"]
    assert [event["type"] for event in events if event["type"].startswith("misuse.")] == [
        "misuse.warned",
        "misuse.suspended",
        "misuse.lifted",
    ]


def test_steps_are_the_operators_and_a_member_sees_its_own(standing: Standing) -> None:
    http = standing.site.http
    sent = {"kind": "warning", "reason": "x"}
    assert refusal(http.post(PATH, json=sent, headers=standing.mugs)) == (403, "operator_required")
    assert http.get("/v1/misuse", headers=standing.toys).json()["members"] == []
    assert http.get("/v1/misuse/steps", headers=standing.toys).json()["steps"] == []
    assert refusal(http.post("/v1/members/nobody/misuse-steps", json=sent)) == (404, "member_not_found")


def test_a_step_that_says_too_little_or_too_much_is_refused(standing: Standing) -> None:
    for wrong in (
        {"kind": "warning"},
        {"kind": "warning", "reason": ""},
        {"kind": "warning", "reason": "x", "days": 3},
        {"kind": "suspension", "reason": "x"},
        {"kind": "suspension", "reason": "x", "days": 0},
        {"kind": "suspension", "reason": "x", "days": 181},
        {"kind": "expulsion", "reason": "x"},
    ):
        assert refusal(standing.site.http.post(PATH, json=wrong)) == (422, "request_invalid"), wrong
