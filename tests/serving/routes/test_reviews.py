from __future__ import annotations

import concurrent.futures
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_reviews_are_all_kept_and_show_on_the_check(server: Running) -> None:
    check_id = server.answer(jpeg(seed=12))["check_id"]
    first = server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "cant_tell", "note": "blurred"})
    server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "counterfeit"})
    assert first.status_code == 201
    assert first.json()["note"] == "blurred"
    reviews = server.http.get(f"/v1/checks/{check_id}").json()["reviews"]
    assert [(review["decision"], review["note"]) for review in reviews] == [
        ("cant_tell", "blurred"),
        ("counterfeit", ""),
    ]


def test_an_invalid_review_is_refused(server: Running) -> None:
    check_id = server.answer(jpeg(seed=13))["check_id"]
    path = f"/v1/checks/{check_id}/review"
    assert server.http.post(path, json={"decision": "fake"}).json()["code"] == "request_invalid"
    assert server.http.post(path, json={"decision": "genuine", "by": "me"}).json()["code"] == "request_invalid"
    assert server.http.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert server.http.post(path, content=b"genuine").status_code == 415
    assert server.http.post("/v1/checks/nope/review", json={"decision": "genuine"}).status_code == 404
    assert server.http.get(f"/v1/checks/{check_id}").json()["reviews"] == []


def review(server: Running, check_id: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    headers = None if key is None else {"Idempotency-Key": key}
    return server.http.post(f"/v1/checks/{check_id}/review", json=body, headers=headers)


def withdraw(server: Running, check_id: str, **named: Any) -> httpx.Response:
    return server.http.post(f"/v1/checks/{check_id}/review/withdrawal", json=named)


def decisions(server: Running, check_id: str) -> list[str]:
    return [found["decision"] for found in server.http.get(f"/v1/checks/{check_id}").json()["reviews"]]


def test_a_decision_sent_again_is_stored_once_and_answered_the_same_across_a_restart(
    start: Callable[..., Running],
) -> None:
    server = start()
    check_id = server.answer(jpeg(seed=14))["check_id"]
    first = review(server, check_id, {"decision": "genuine", "note": "n"}, "k")
    again = review(server, check_id, {"note": "n", "decision": "genuine"}, "k")
    assert (again.status_code, again.text) == (201, first.text)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    server.stop()
    restarted = start()
    assert review(restarted, check_id, {"decision": "genuine", "note": "n"}, "k").text == first.text
    assert decisions(restarted, check_id) == ["genuine"]


def test_a_decision_that_arrives_many_times_at_once_is_stored_once(server: Running) -> None:
    check_id = server.answer(jpeg(seed=15))["check_id"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(review, server, check_id, {"decision": "genuine"}, "at once") for _ in range(16)]
    assert len({answer.result().text for answer in sent}) == 1
    assert {answer.result().status_code for answer in sent} == {201}
    assert decisions(server, check_id) == ["genuine"]


@pytest.mark.parametrize("change", ["decision", "note", "check"])
def test_a_key_with_another_decision_is_refused(server: Running, change: str) -> None:
    check_id, other = (server.answer(jpeg(seed=seed))["check_id"] for seed in (16, 17))
    assert review(server, check_id, {"decision": "genuine"}, change).status_code == 201
    body = {"decision": "genuine", **{"decision": {"decision": "cant_tell"}, "note": {"note": "x"}}.get(change, {})}
    refused = review(server, other if change == "check" else check_id, body, change)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert (decisions(server, check_id), decisions(server, other)) == (["genuine"], [])


def test_two_keys_are_two_decisions_and_a_refused_one_leaves_its_key_free(server: Running) -> None:
    check_id = server.answer(jpeg(seed=18))["check_id"]
    assert review(server, check_id, {"decision": "fake"}, "one").status_code == 422
    assert review(server, "nope", {"decision": "genuine"}, "one").status_code == 404
    assert review(server, check_id, {"decision": "genuine"}, "one").status_code == 201
    assert review(server, check_id, {"decision": "genuine"}, "two").status_code == 201
    assert review(server, check_id, {"decision": "genuine"}, "x" * 201).json()["code"] == "idempotency_key_invalid"
    assert decisions(server, check_id) == ["genuine", "genuine"]


def test_a_withdrawn_decision_counts_for_nothing_in_answers_and_lists(server: Running) -> None:
    check_id = server.answer(jpeg(seed=19), listing={"listing_id": "undone"})["check_id"]
    kept = review(server, check_id, {"decision": "genuine"}).json()
    review(server, check_id, {"decision": "counterfeit", "note": "slip"}, "mine")
    first = withdraw(server, check_id, idempotency_key="mine")
    assert (first.status_code, first.json()["decision"]) == (200, "counterfeit")
    assert withdraw(server, check_id, idempotency_key="mine").text == first.text
    record = server.http.get(f"/v1/checks/{check_id}").json()
    assert (record["reviews"], record["withdrawn_reviews"]) == ([kept], [first.json()])
    listed = {"listing_id": "undone", "reviewed": "true"}
    assert len(server.http.get("/v1/checks", params=listed).json()["checks"]) == 1
    assert withdraw(server, check_id, review_id=kept["review_id"]).status_code == 200
    assert server.http.get("/v1/checks", params=listed).json()["checks"] == []
    assert len(server.http.get("/v1/checks", params={**listed, "reviewed": "false"}).json()["checks"]) == 1


def test_a_withdrawal_names_one_review_that_the_check_has(server: Running) -> None:
    check_id, other = (server.answer(jpeg(seed=seed))["check_id"] for seed in (20, 21))
    review_id = review(server, check_id, {"decision": "genuine"}).json()["review_id"]
    assert withdraw(server, other, review_id=review_id).json()["code"] == "review_not_found"
    assert withdraw(server, check_id, idempotency_key="never sent").json()["code"] == "review_not_found"
    assert withdraw(server, "nope", review_id=review_id).json()["code"] == "check_not_found"
    for named in ({}, {"review_id": review_id, "idempotency_key": "k"}, {"review_id": 0}, {"review_id": 2**63}):
        assert withdraw(server, check_id, **named).json()["code"] == "request_invalid", named
    assert decisions(server, check_id) == ["genuine"]
