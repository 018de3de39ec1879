"""What a caller sees of a check that is refused before its body was read."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied
from tests.serving.servers.raw_http import BOUNDARY, check_head, connect, ends, get, multipart, read_answer
from tests.serving.servers.running import Running, files_of

LARGE = 8 * 2**20  # more than socket buffers take: whoever sends it before reading is still sending when the no comes


@pytest.fixture
def full(start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server where nothing more may wait, patient with clients that a busy machine makes slow."""
    monkeypatch.setattr("serving.http.protocol.LINGER_S", 60.0)
    server = start(threads=1, max_waiting=0, store="none")
    with occupied(server, waiting=1):
        yield server


def test_the_no_comes_before_the_body_was_sent_and_the_connection_goes_on(full: Running) -> None:
    body = multipart(bytes(LARGE))
    with connect(full) as connection:
        connection.sendall(check_head(len(body)) + body[:1000])
        answer = read_answer(connection)
        assert (answer.status, b'"overloaded"' in answer.body) == (503, True)
        assert int(answer.headers["retry-after"]) >= 1
        assert "connection" not in answer.headers
        connection.sendall(body[1000:] + get())
        assert read_answer(connection).status == 200


def test_a_refused_body_is_not_held(full: Running) -> None:
    body = multipart(bytes(LARGE))
    with connect(full) as connection:
        connection.sendall(check_head(len(body)) + body)
        assert read_answer(connection).status == 503
        assert full.services.body_bytes.held == 0


def test_a_client_that_waits_for_100_continue_is_told_to_close(full: Running) -> None:
    with connect(full) as connection:
        connection.sendall(check_head(1_000_000, "Expect: 100-continue"))
        answer = read_answer(connection)
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        assert ends(connection)


def test_a_client_that_waits_for_100_continue_is_let_send_when_there_is_room(server: Running) -> None:
    body = multipart(jpeg())
    with connect(server) as connection:
        connection.sendall(check_head(len(body), "Expect: 100-continue"))
        assert read_answer(connection).status == 100
        connection.sendall(body)
        assert read_answer(connection).status == 200


def test_httpx_reads_the_no_that_came_while_it_was_sending(full: Running) -> None:
    for _ in range(3):
        response = full.http.post("/v1/checks", files=files_of([bytes(LARGE)]))
        assert (response.status_code, response.json()["code"]) == (503, "overloaded")


def test_a_client_that_closes_after_each_request_reads_the_no_too(full: Running) -> None:
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


def test_curl_reads_the_no_with_and_without_waiting_for_100_continue(full: Running, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(bytes(LARGE))
    for expect in ("Expect: 100-continue", "Expect:"):
        command = ["curl", "-sS", "-F", f"photos=@{tmp_path / 'photo'}", "-H", expect, f"{full.url}/v1/checks"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert '"overloaded"' in done.stdout, done.stderr


def test_a_body_that_nobody_reads_may_not_go_on_for_ever(full: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.http.protocol.LINGER_S", 0.2)
    with connect(full) as connection:
        connection.sendall(check_head(10**9))
        assert read_answer(connection).status == 503
        assert ends(connection)


def test_without_a_key_or_with_a_wrong_one_no_place_is_asked_for(start: Callable[..., Running]) -> None:
    server = start(threads=1, max_waiting=0, store="none", api_key="right")
    with occupied(server, waiting=1):
        wrong = httpx.post(f"{server.url}/v1/checks", files=files_of([jpeg()]), headers={"Authorization": "Bearer no"})
        assert wrong.status_code == 401
        assert server.check(jpeg()).status_code == 503
