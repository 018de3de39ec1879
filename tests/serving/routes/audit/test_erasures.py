from __future__ import annotations

from collections.abc import Callable

import pytest

from serving.store.deletion.erasure import seller_hash
from tests.serving.builders.keys import add_key_to
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_a_sellers_checks_are_gone_and_the_audit_log_proves_it_without_the_id(server: Running) -> None:
    mine = [server.answer(jpeg(seed=seed), listing={"seller_id": "s-gone"})["check_id"] for seed in (1, 2)]
    other = server.answer(jpeg(seed=1), listing={"seller_id": "s-stays"})["check_id"]
    answer = server.http.post("/v1/erasures", json={"seller_id": " s-gone "})
    assert answer.status_code == 201
    erasure = answer.json()
    assert (erasure["state"], erasure["checks"], erasure["photos"], erasure["job_lines"]) == ("completed", 2, 2, 0)
    assert [server.http.get(f"/v1/checks/{check_id}").status_code for check_id in (*mine, other)] == [404, 404, 200]
    assert server.http.get(f"/v1/checks/{other}/photos/0").status_code == 200
    [entry] = server.http.get("/v1/audit-log", params={"action": "seller.erased"}).json()["entries"]
    assert entry["object"]["id"] == erasure["erasure_id"]
    assert entry["sequence"] == erasure["receipt"]["sequence"]
    assert entry["details"]["seller_sha256"] == seller_hash(erasure["receipt"]["salt"], "s-gone")
    assert entry["private"]["values"]["address"] == "127.0.0.1"
    assert "s-gone" not in server.http.get("/v1/audit-log/export").text
    again = server.http.get(f"/v1/erasures/{erasure['erasure_id']}").json()
    assert again == erasure | {"receipt": None}


def test_of_an_unknown_seller_nothing_is_deleted_and_that_is_proven_too(server: Running) -> None:
    erasure = server.http.post("/v1/erasures", json={"seller_id": "never seen"}).json()
    assert (erasure["state"], erasure["checks"]) == ("completed", 0)
    assert erasure["receipt"] is not None


@pytest.mark.parametrize(
    "body", [{}, {"seller_id": ""}, {"seller_id": "  "}, {"seller_id": "s", "product": "p"}, {"seller_id": 7}]
)
def test_a_body_that_names_no_seller_is_refused(server: Running, body: dict[str, object]) -> None:
    answer = server.http.post("/v1/erasures", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")


def test_an_erasure_that_nobody_began_is_not_found(server: Running) -> None:
    answer = server.http.get("/v1/erasures/01a20a5d-3e57-7681-a417-f8bcda188f15")
    assert (answer.status_code, answer.json()["code"]) == (404, "erasure_not_found")


def test_only_the_operators_admin_may_erase(start: Callable[..., Running]) -> None:
    site = start(api_key="the operator's own")
    reviewer = add_key_to(site, {"read", "review", "cases", "bundles", "check"})
    for method, path in (("POST", "/v1/erasures"), ("GET", "/v1/erasures/x")):
        answer = site.http.request(method, path, headers=reviewer, json={"seller_id": "s"})
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
