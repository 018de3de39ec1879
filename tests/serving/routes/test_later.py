from __future__ import annotations

import base64
from collections.abc import Callable

import httpx
import pytest

from tests.serving.builders.sample_photos import BLUE, jpeg, text_file
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.running import Running, files_of


def send(server: Running, *photos: bytes, prefer: str = "respond-async", key: str | None = None) -> httpx.Response:
    headers = {"Prefer": prefer, **({} if key is None else {"Idempotency-Key": key})}
    return server.http.post("/v1/checks", files=files_of(photos), headers=headers)


def verdict_at(server: Running, location: str) -> httpx.Response:
    until(lambda: server.http.get(location).status_code != 202)
    return server.http.get(location)


@pytest.mark.parametrize("prefer", ["respond-async", "handling=lenient, Respond-Async; x=1, wait=10"])
def test_a_check_that_prefers_it_is_stored_at_once_and_judged_later(server: Running, prefer: str) -> None:
    with occupied(server):
        response = send(server, jpeg(BLUE), prefer=prefer)
        assert (response.status_code, response.headers["preference-applied"]) == (202, "respond-async")
        assert response.json()["kind"] == "check"
        assert server.http.get(response.headers["location"]).status_code == 202
    found = verdict_at(server, response.headers["location"])
    assert (found.status_code, found.json()["outcome"]) == (200, "counterfeit")
    assert server.http.get(f"/v1/checks/{found.json()['check_id']}").status_code == 200
    job_id = response.json()["job_id"]
    assert all(job["job_id"] != job_id for job in server.http.get("/v1/jobs").json()["jobs"])
    assert server.http.get(f"/v1/jobs/{job_id}").json()["kind"] == "check"


def test_other_preferences_are_answered_at_once(server: Running) -> None:
    for prefer in ("return=minimal", "respond-asynchronously", ""):
        response = send(server, jpeg(), prefer=prefer)
        assert (response.status_code, "preference-applied" in response.headers) == (200, False)


def test_what_is_wrong_at_first_sight_is_refused_at_once(server: Running) -> None:
    for response, code in (
        (server.http.post("/v1/checks", json={"photos": []}, headers={"Prefer": "respond-async"}), "no_photos"),
        (send(server, *[jpeg()] * 13), "too_many_photos"),
        (server.http.post("/v1/checks", json={"photos": [], "x": 1}, headers={"Prefer": "respond-async"}),
         "request_invalid"),
        (server.http.post("/v1/checks", headers={"Prefer": "respond-async"},
                          json={"photos": [{"base64": base64.b64encode(jpeg()).decode()}], "product": "mug"}),
         "unknown_product"),
    ):  # fmt: skip
        assert (response.status_code, response.json()["code"]) == (422, code)
    later = send(server, text_file())
    assert later.status_code == 202
    assert verdict_at(server, later.headers["location"]).json()["code"] == "photo_not_an_image"


def test_a_key_gives_the_same_check_however_it_was_framed(server: Running) -> None:
    first = send(server, jpeg(seed=3), key="later-1")
    again = server.http.post(
        "/v1/checks",
        json={"photos": [{"base64": base64.b64encode(jpeg(seed=3)).decode()}]},
        headers={"Prefer": "respond-async", "Idempotency-Key": "later-1"},
    )
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    other = send(server, jpeg(seed=4), key="later-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def checks_of(server: Running, listing_id: str) -> int:
    return len(server.http.get("/v1/checks", params={"listing_id": listing_id}).json()["checks"])


def send_as(server: Running, listing_id: str, *, later: bool, photo: bytes = b"") -> httpx.Response:
    """Send a listing under the key of its name."""
    headers = {"Idempotency-Key": listing_id, **({"Prefer": "respond-async"} if later else {})}
    return server.check(photo or jpeg(seed=5), listing={"listing_id": listing_id}, headers=headers)


def test_a_key_that_a_check_was_answered_with_gives_that_check_later(server: Running) -> None:
    first = send_as(server, "now, then later", later=False)
    again = [send_as(server, "now, then later", later=True) for _ in range(2)]
    assert [(one.status_code, one.headers["idempotency-replayed"]) for one in again] == [(202, "true")] * 2
    assert again[0].headers["location"] == again[1].headers["location"]
    assert (again[0].json()["state"], again[0].json()["counts"]["judged"]) == ("completed", 1)
    assert server.http.get(again[0].headers["location"]).json() == first.json()
    assert checks_of(server, "now, then later") == 1
    other = send_as(server, "now, then later", later=True, photo=jpeg(BLUE))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_of_a_check_for_later_is_in_progress_until_it_is_judged_and_then_gives_that_check(
    server: Running,
) -> None:
    with occupied(server):
        location = send_as(server, "later, then now", later=True).headers["location"]
        early = send_as(server, "later, then now", later=False)
        assert (early.status_code, early.json()["code"]) == (409, "idempotency_in_progress")
    judged = verdict_at(server, location)
    now = send_as(server, "later, then now", later=False)
    assert (now.status_code, now.headers["idempotency-replayed"]) == (200, "true")
    assert now.json() == judged.json()
    assert checks_of(server, "later, then now") == 1
    other = send_as(server, "later, then now", later=False, photo=jpeg(BLUE))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_of_a_check_for_later_that_came_to_nothing_says_so(server: Running) -> None:
    parked = send_as(server, "parked", later=True, photo=text_file())
    assert verdict_at(server, parked.headers["location"]).status_code == 422
    again = send_as(server, "parked", later=False, photo=text_file())
    assert (again.status_code, again.json()["code"]) == (409, "line_parked")
    assert "photo_not_an_image" in again.json()["detail"]


def test_a_key_whose_check_was_deleted_is_free_whichever_way_it_was_sent(server: Running) -> None:
    location = send_as(server, "deleted", later=True).headers["location"]
    check_id = verdict_at(server, location).json()["check_id"]
    assert server.http.delete(f"/v1/checks/{check_id}").status_code == 204
    again = send_as(server, "deleted", later=False)
    assert again.status_code == 200
    assert again.json()["check_id"] != check_id


def test_without_a_store_the_preference_has_no_effect(start: Callable[..., Running]) -> None:
    response = send(start(store="none"), jpeg())
    assert (response.status_code, response.json()["outcome"]) == (200, "genuine")
