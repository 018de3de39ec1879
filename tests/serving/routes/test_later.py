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


def test_without_a_store_the_preference_has_no_effect(start: Callable[..., Running]) -> None:
    response = send(start(store="none"), jpeg())
    assert (response.status_code, response.json()["outcome"]) == (200, "genuine")
