from __future__ import annotations

import concurrent.futures
from typing import Any

import httpx

from tests.serving.routes.cases.test_cases import opened
from tests.serving.servers.running import Running


def move(
    server: Running, case_id: str, to: str, version: int, *, key: str | None = None, **values: Any
) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return server.http.post(
        f"/v1/cases/{case_id}/moves", json={"to": to, "version": version, **values}, headers=headers
    )


def test_a_case_moves_from_its_opening_to_its_end_with_each_move_on_record(server: Running) -> None:
    case_id = opened(server)["case_id"]
    for version, to in enumerate(("in_review", "upheld", "forwarded", "closed"), start=1):
        moved = move(server, case_id, to, version, reason=f"because {version}")
        assert moved.status_code == 201, moved.text
        assert (moved.json()["seller_link"] is not None) == (to == "forwarded")
    case = server.http.get(f"/v1/cases/{case_id}").json()
    assert case["allowed_moves"] == []
    assert case["closed_at"] == case["moves"][-1]["at"]
    assert [one["reason"] for one in case["moves"]] == ["", "because 1", "because 2", "because 3", "because 4"]
    assert all(one["actor"] == "operator" for one in case["moves"])
    refused = move(server, case_id, "upheld", 5)
    assert (refused.status_code, refused.json()["code"]) == (409, "case_move_not_allowed")


def test_of_two_who_decide_at_once_one_learns_that_the_other_was_first(server: Running) -> None:
    case_id = opened(server)["case_id"]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda to: move(server, case_id, to, 1, reason="r"), ["upheld", "rejected"] * 3))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    first = server.http.get(f"/v1/cases/{case_id}").json()["moves"][-1]
    assert refused["code"] == "case_changed"
    assert first["at"] in refused["detail"]
    assert first["to_state"] in refused["detail"]


def test_a_move_sent_again_with_its_key_is_made_once(server: Running) -> None:
    case_id = opened(server)["case_id"]
    answers = [move(server, case_id, "in_review", 1, key="move-once") for _ in range(2)]
    assert [answer.json()["version"] for answer in answers] == [2, 2]
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
    move(server, case_id, "upheld", 2)
    sent = [move(server, case_id, "forwarded", 3, key="forward-once") for _ in range(2)]
    assert [len(answer.json()["seller_links"]) for answer in sent] == [1, 0]
    assert sent[1].headers["Idempotency-Replayed"] == "true"
    assert server.http.post(f"/v1/cases/{case_id}/seller-link").json()["seller_link"]
    several = {"to": "closed", "cases": [{"case_id": case_id, "version": 4}]}
    made = [
        server.http.post("/v1/cases/moves", json=several, headers={"Idempotency-Key": "close-once"}) for _ in range(2)
    ]
    assert [answer.headers.get("Idempotency-Replayed") for answer in made] == [None, "true"]
    assert move(server, case_id, "upheld", 2, key="move-once").json()["code"] == "idempotency_key_reused"


def test_many_are_moved_at_once_and_one_that_cannot_be_holds_up_no_other(server: Running) -> None:
    ids = [opened(server)["case_id"] for _ in range(3)]
    move(server, ids[1], "withdrawn", 1)
    cases = [{"case_id": case_id, "version": 1} for case_id in (*ids, "nope")]
    sent = {"to": "upheld", "reason": "linked", "cases": cases}
    made = server.http.post("/v1/cases/moves", json=sent).json()
    assert [one["case_id"] for one in made["moved"]] == [ids[0], ids[2]]
    assert [(one["case_id"], one["code"]) for one in made["refused"]] == [
        (ids[1], "case_changed"), ("nope", "case_not_found"),
    ]  # fmt: skip
    twice = {**sent, "cases": [cases[0], cases[0]]}
    assert server.http.post("/v1/cases/moves", json=twice).json()["code"] == "request_invalid"


def test_a_question_stops_the_clock_and_the_answer_lets_it_go_on(server: Running) -> None:
    case_id = opened(server)["case_id"]
    asked = server.http.post(f"/v1/cases/{case_id}/question", json={"text": "which logo?", "version": 1}).json()
    assert (asked["due_at"], asked["version"]) == (None, 2)
    assert asked["paused_since"] is not None
    answered = server.http.post(f"/v1/cases/{case_id}/answer", json={"text": "the left", "version": 2}).json()
    assert answered["paused_since"] is None
    assert answered["due_at"] is not None
    again = server.http.post(f"/v1/cases/{case_id}/answer", json={"text": "the left", "version": 3})
    assert again.json()["code"] == "case_move_not_allowed"
