"""Checks over HTTP: made, refused before their body is read, read back, listed."""

from __future__ import annotations

import base64
import datetime
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.raw_http import BOUNDARY, check_head, connect, ends, get, multipart, read_answer
from tests.serving.servers.running import Running, files_of

# More than socket buffers take: a client that sends it all before reading is still sending when the refusal arrives.
LARGE = 8 * 2**20


@pytest.fixture
def full(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server where nothing more may wait, patient with clients that a busy machine makes slow."""
    monkeypatch.setattr("serving.http.protocol.LINGER_S", 60.0)
    server = start(threads=1, max_waiting=0, store="none")
    with occupied(server, waiting=1):
        yield server


def test_a_refusal_is_sent_before_the_body_is_read_and_the_connection_stays_open(full: Running) -> None:
    body = multipart(bytes(LARGE))
    with connect(full) as connection:
        connection.sendall(check_head(len(body)) + body[:1000])
        answer = read_answer(connection)
        assert (answer.status, b'"overloaded"' in answer.body) == (503, True)
        assert int(answer.headers["retry-after"]) >= 1
        assert "connection" not in answer.headers
        connection.sendall(body[1000:] + get())
        assert read_answer(connection).status == 200


def test_a_queue_that_fills_while_a_body_arrives_refuses_before_anything_else_is_checked(
    start: Callable[..., Running],
) -> None:
    server = start(threads=1, max_waiting=0)
    body = multipart(jpeg())
    with connect(server) as connection:
        connection.sendall(check_head(len(body), f"Idempotency-Key: {'x' * 201}") + body[:100])  # the key alone is 422
        until(lambda: server.services.body_memory.held == 100)
        with occupied(server, waiting=1):
            connection.sendall(body[100:])
            answer = read_answer(connection)
    assert (answer.status, b'"overloaded"' in answer.body) == (503, True)


def test_a_refused_body_is_not_held(full: Running) -> None:
    body = multipart(bytes(LARGE))
    with connect(full) as connection:
        connection.sendall(check_head(len(body)) + body)
        assert read_answer(connection).status == 503
        assert full.services.body_memory.held == 0


def test_the_answer_to_a_client_that_waits_for_100_continue_closes_the_connection(full: Running) -> None:
    with connect(full) as connection:
        connection.sendall(check_head(1_000_000, "Expect: 100-continue"))
        answer = read_answer(connection)
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        assert ends(connection)


def test_a_client_that_waits_for_100_continue_may_send_when_there_is_room(server: Running) -> None:
    body = multipart(jpeg())
    with connect(server) as connection:
        connection.sendall(check_head(len(body), "Expect: 100-continue"))
        assert read_answer(connection).status == 100
        connection.sendall(body)
        assert read_answer(connection).status == 200


def test_httpx_reads_a_refusal_that_arrives_while_it_is_sending(full: Running) -> None:
    for _ in range(3):
        response = full.http.post("/v1/checks", files=files_of([bytes(LARGE)]))
        assert (response.status_code, response.json()["code"]) == (503, "overloaded")


def test_a_client_that_closes_after_each_request_reads_a_refusal_too(full: Running) -> None:
    """urllib sends `Connection: close`; a server that closed with bytes unread would reset the answer away."""
    request = urllib.request.Request(
        f"{full.url}/v1/checks",
        data=multipart(bytes(LARGE)),
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=30)
    assert caught.value.code == 503
    assert b'"overloaded"' in caught.value.read()
    caught.value.close()


def test_curl_reads_a_refusal_with_and_without_waiting_for_100_continue(full: Running, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bytes(LARGE))
    for expect in ("Expect: 100-continue", "Expect:"):
        command = ["curl", "-sS", "-F", f"photos=@{tmp_path / 'photo'}", "-H", expect, f"{full.url}/v1/checks"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert '"overloaded"' in done.stdout, done.stderr


def test_a_refused_body_that_does_not_end_is_cut_off(full: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.http.protocol.LINGER_S", 0.2)
    with connect(full) as connection:
        connection.sendall(check_head(10**9))
        assert read_answer(connection).status == 503
        assert ends(connection)


def test_a_wrong_key_is_refused_before_overload(start: Callable[..., Running]) -> None:
    server = start(threads=1, max_waiting=0, store="none", api_key="right")
    with occupied(server, waiting=1):
        wrong = httpx.post(f"{server.url}/v1/checks", files=files_of([jpeg()]), headers={"Authorization": "Bearer no"})
        assert wrong.status_code == 401
        assert server.check(jpeg()).status_code == 503


def test_a_check_is_read_back_equal_in_every_field(server: Running) -> None:
    answer = server.answer(jpeg(RED, seed=5), truncated_jpeg(), listing={"listing_id": "b"})
    again = server.http.get(f"/v1/checks/{answer['check_id']}").json()
    assert {name: again[name] for name in answer} == answer
    assert set(again) - set(answer) == {"seller_id", "views", "attributes", "reviews", "withdrawn_reviews"}


def test_what_was_sent_with_a_check_is_read_back(server: Running) -> None:
    sent = {"seller_id": "s-9", "views": ["whole", None], "attributes": {"price": 12.5, "tags": ["a"]}}
    answer = server.answer(jpeg(seed=6), jpeg(seed=7), listing=sent)
    again = server.http.get(f"/v1/checks/{answer['check_id']}").json()
    assert {name: again[name] for name in sent} == sent


@pytest.mark.parametrize("nested", [False, True])
def test_a_check_as_json_is_judged_like_one_as_multipart(server: Running, nested: bool) -> None:
    photo = jpeg(RED, seed=8)
    listing = {"listing_id": "json-1", "product": "toy"}
    body: dict[str, Any] = {"photos": [{"base64": base64.b64encode(photo).decode()}]}
    body |= {"listing": listing} if nested else listing
    response = server.http.post("/v1/checks", json=body)
    assert response.status_code == 200, response.text
    assert response.json()["authenticity"] == server.answer(photo)["authenticity"]
    assert response.json()["listing_id"] == "json-1"


def test_the_pages_of_a_list_have_every_check_once_newest_first(start: Callable[..., Running]) -> None:
    server = start()
    made = [server.answer(jpeg(seed=seed))["check_id"] for seed in range(7)]
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = server.http.get("/v1/checks", params={"limit": "3", **cursor}).json()
        listed += [check["check_id"] for check in page["checks"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert listed == made[::-1]


def test_a_list_can_be_filtered(start: Callable[..., Running]) -> None:
    server = start()
    genuine = server.answer(jpeg(RED), listing={"listing_id": "x"})["check_id"]
    counterfeit = server.answer(jpeg(BLUE), listing={"listing_id": "y"})["check_id"]
    server.http.post(f"/v1/checks/{genuine}/review", json={"decision": "genuine"})

    def listed(**params: str) -> list[str]:
        return [check["check_id"] for check in server.http.get("/v1/checks", params=params).json()["checks"]]

    assert listed() == [counterfeit, genuine]
    assert listed(listing_id="x") == [genuine]
    assert listed(outcome="counterfeit") == [counterfeit]
    assert listed(product="toy") == [counterfeit, genuine]
    assert listed(product="other") == []
    assert listed(reviewed="true") == [genuine]
    assert listed(reviewed="false") == [counterfeit]
    assert listed(listing_id="x", outcome="counterfeit") == []
    today = datetime.datetime.now(datetime.UTC).date()
    assert listed(since=today.isoformat()) == [counterfeit, genuine]
    assert listed(since=f"{today + datetime.timedelta(days=2)}T00:00:00Z") == []
    assert (
        len(server.http.get(f"/v1/checks?since={today}T00:00:00+00:00").json()["checks"]) == 2
    )  # the plus not escaped


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"cursor": "%%%"}, "cursor_invalid"),
        ({"cursor": "abc"}, "cursor_invalid"),
        ({"since": "yesterday"}, "request_invalid"),
        ({"since": "0001-01-01T00:00:00+23:59"}, "request_invalid"),
        ({"outcome": "fake"}, "request_invalid"),
        ({"limit": "0"}, "request_invalid"),
        ({"limit": "many"}, "request_invalid"),
    ],
)
def test_a_wrong_parameter_of_a_list_is_named(server: Running, params: dict[str, str], code: str) -> None:
    response = server.http.get("/v1/checks", params=params)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert next(iter(params)) in response.json()["detail"]


def test_a_check_is_answered_and_counted_alike_with_header_parameters_and_without(server: Running) -> None:
    photo, before = jpeg(seed=71), _counted(server)
    plain = server.check(photo).json()
    with_headers = server.check(photo, headers={"Idempotency-Key": "k", "Request-Timeout": "60"}).json()
    for answer in (plain, with_headers):
        for changing in ("check_id", "created_at", "elapsed_ms"):
            del answer[changing]
        del answer["photos"][0]["evidence_url"]
    assert plain == with_headers
    refusals = [server.check(b"no photo", headers=headers) for headers in ({}, {"Idempotency-Key": "refused"})]
    first, second = ({**refusal.json(), "request_id": ""} for refusal in refusals)
    assert first == second
    assert refusals[0].headers["content-type"] == refusals[1].headers["content-type"] == "application/problem+json"
    assert _counted(server) == before + 2


def _counted(server: Running) -> float:
    """How many checks the metrics say were answered 200."""
    text = server.http.get("/metrics").text
    start = 'touchstone_requests_total{method="POST",route="/v1/checks",status="200"} '
    return sum(float(line.removeprefix(start)) for line in text.splitlines() if line.startswith(start))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_check_that_does_not_exist_has_its_own_code(server: Running, method: str) -> None:
    answer = server.http.request(method, "/v1/checks/nope")
    assert (answer.status_code, answer.json()["code"]) == (404, "check_not_found")
