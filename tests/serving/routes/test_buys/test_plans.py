from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.sent_buys import plan_of
from tests.serving.servers.running import Running


def test_a_plan_is_proposed_once_accepted_once_and_gives_estimates(server: Running) -> None:
    check = server.answer(jpeg(seed=81), listing={"listing_id": "l-81", "seller_id": "s-81"})
    sent = plan_of(check["product"], until="2020-03-01T00:00:00Z", since="2020-02-01T00:00:00Z")
    refused = server.http.post("/v1/test-buys/plans", json=sent)
    assert (refused.status_code, refused.json()["code"]) == (422, "test_buy_frame_empty")
    headers = {"Idempotency-Key": "plan"}
    sent = plan_of(check["product"])
    first, again = (server.http.post("/v1/test-buys/plans", json=sent, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = server.http.post("/v1/test-buys/plans", json={**sent, "budget": 11_000}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"
    plan = first.json()
    assert plan["state"] == "proposed"
    listed = server.http.get("/v1/test-buys/plans", params={"limit": 1}).json()
    assert listed["plans"] == [plan]
    plans = csv.DictReader(io.StringIO(server.http.get("/v1/test-buys/plans.csv").text))
    assert next(plans)["plan_id"] == plan["plan_id"]
    accepted = server.http.post(f"/v1/test-buys/plans/{plan['plan_id']}/acceptance").json()
    assert accepted == server.http.get(f"/v1/test-buys/plans/{plan['plan_id']}").json()
    for plan_id, code in ((plan["plan_id"], "test_buy_plan_accepted"), ("nope", "test_buy_plan_not_found")):
        assert server.http.post(f"/v1/test-buys/plans/{plan_id}/acceptance").json()["code"] == code
    (estimate,) = server.http.get("/v1/test-buys/estimates", params={"product": check["product"]}).json()["estimates"]
    assert (estimate["quarter"], estimate["waiting"]) == (plan["quarter"], sum(plan["counts"].values()))
    assert estimate["precision"]["share"] is None
    answer = server.http.get("/v1/test-buys/estimates.csv", params={"quarter": plan["quarter"]})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["figure"] for row in rows][:3] == ["precision", "recall", "prevalence"]
    taken = server.http.post("/v1/test-buys/plans", json=sent).json()
    taken_again = server.http.post(f"/v1/test-buys/plans/{taken['plan_id']}/acceptance")
    assert taken_again.json()["code"] == "test_buy_period_taken"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"until": "2026-02-01T00:00:00Z", "since": "2026-02-01T00:00:00Z"}, "until"),
        ({"until": "2026-04-02T00:00:00Z", "since": "2026-02-01T00:00:00Z"}, "until"),
        ({"country": "XX"}, "country"),
        ({"currency": "euro"}, "currency"),
        ({"budget": 0}, "budget"),
        ({"random_share": 0}, "random_share"),
        ({"random_share": 1.01}, "random_share"),
        ({"min_price": 5, "max_price": 5}, "max_price"),
        ({"product": "a\u202eb"}, "product"),
        ({"default_price": -1}, "default_price"),
        ({"seed": "mine"}, "seed"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_field(server: Running, changed: dict[str, Any], field: str) -> None:
    refused = server.http.post("/v1/test-buys/plans", json={**plan_of("toy"), **changed})
    assert refused.status_code == 422
    assert field in refused.text


@pytest.mark.parametrize("address", ["/v1/test-buys/estimates?quarter=2026-Q5", "/v1/test-buys?cursor=%00x"])
def test_a_query_that_cannot_be_is_refused(server: Running, address: str) -> None:
    assert server.http.get(address).status_code == 422
