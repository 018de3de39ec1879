from __future__ import annotations

import csv
import io

from tests.serving.builders.keys import add_key_to
from tests.serving.routes.transparency.steps import decided
from tests.serving.servers.running import Running


def test_no_complaint_is_taken_where_no_decision_is_against_the_side(server: Running) -> None:
    case_id = decided(server)
    refused = server.http.post(f"/v1/cases/{case_id}/complaints", json={"text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "complaint_not_possible")
    empty = server.http.post(f"/v1/cases/{case_id}/complaints", json={"side": "seller", "text": ""})
    assert empty.status_code == 422


def test_the_buyers_notice_is_given_and_recorded_once(server: Running) -> None:
    case_id = decided(server, listings=[{"listing_id": "l1", "seller_id": "Seller-77"}])
    address = f"/v1/cases/{case_id}/buyers-notice"
    notice = server.http.get(address).json()
    (listing,) = notice["listings"]
    assert (listing["listing_id"], listing["seller_id"], listing["url"]) == ("l1", "Seller-77", None)
    assert listing["bought_since"] == notice["bought_since"] < notice["aware_at"] == listing["bought_until"]
    second = decided(server, listings=[{"listing_id": "l1", "seller_id": "Seller-77"}], ground="design")
    (listing,) = server.http.get(f"/v1/cases/{second}/buyers-notice").json()["listings"]
    assert listing["due_with"] == [case_id]
    recorded = server.http.post(address, json={"way": "individually", "buyers": 41}).json()
    assert (recorded["way"], recorded["buyers"]) == ("individually", 41)
    assert server.http.post(address, json={"way": "publicly"}).json() == recorded
    again = server.http.get(f"/v1/cases/{second}/buyers-notice").json()
    assert (again["listings"], again["informed_before"][0]["informed_with"]) == ([], [case_id])
    refused = server.http.get(f"/v1/cases/{decided(server, 'rejected')}/buyers-notice")
    assert (refused.status_code, refused.json()["code"]) == (409, "buyers_notice_not_due")


def test_a_complaint_is_decided_by_a_key_that_names_somebody_and_a_reversal_moves_the_case(server: Running) -> None:
    case_id = decided(server)
    made = server.http.post(f"/v1/cases/{case_id}/complaints", json={"side": "seller", "text": "It is genuine."})
    assert made.status_code == 201
    complaint = made.json()
    assert (complaint["decision"], complaint["state"], complaint["case_state"]) == ("upheld", "open", "upheld")
    listed = server.http.get(f"/v1/cases/{case_id}/complaints").json()
    assert listed["complaints"] == [complaint]
    assert "out of court" in listed["redress"]
    queue = server.http.get("/v1/complaints?state=open&limit=1").json()["complaints"]
    assert queue == [complaint]
    (row,) = csv.DictReader(io.StringIO(server.http.get("/v1/complaints.csv?state=open").text))
    assert (row["complaint_id"], row["text"]) == (complaint["complaint_id"], "It is genuine.")
    address, decision = (
        f"/v1/complaints/{complaint['complaint_id']}/decision",
        {"outcome": "reversed", "reason": "Yes."},
    )
    rejected = decided(server, "rejected")
    notifiers = server.http.post(f"/v1/cases/{rejected}/complaints", json={"text": "Look at the grille."}).json()
    refused = server.http.post(address, json=decision)
    assert (refused.status_code, refused.json()["code"]) == (403, "person_required")
    key = add_key_to(server, {"cases", "read"})
    reversed_ = server.http.post(address, json=decision, headers=key)
    assert (reversed_.json()["state"], reversed_.json()["case_state"]) == ("reversed", "reinstated")
    again = server.http.post(address, json=decision, headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "complaint_decided")
    again = server.http.post(f"/v1/complaints/{notifiers['complaint_id']}/decision", json=decision, headers=key)
    assert again.json()["case_state"] == "in_review"
