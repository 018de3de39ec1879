from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable

import httpx
import pytest

from serving.errors import MemoryFull
from serving.http.body_memory import BodyMemory
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.raw_http import check_head, connect, multipart, read_answer
from tests.serving.servers.running import Running

MB = 2**20


def test_bytes_past_the_limit_are_refused_and_not_counted() -> None:
    held = BodyMemory(100)
    held.take(100)
    with pytest.raises(MemoryFull):
        held.take(1)
    assert held.held == 100


def test_a_body_that_announces_more_than_there_is_room_is_refused_before_it_is_read(
    start: Callable[..., Running],
) -> None:
    server = start(store="none", max_request_bytes=4 * MB, max_bytes_in_hand=4 * MB)
    with connect(server) as first, connect(server) as second:
        first.sendall(check_head(3 * MB) + bytes(2 * MB))
        until(lambda: server.services.body_memory.held == 2 * MB)
        second.sendall(check_head(3 * MB) + b"x")
        answer = read_answer(second)
        assert (answer.status, b'"memory_full"' in answer.body) == (503, True)
        assert "retry-after" in answer.headers
    until(lambda: server.services.body_memory.held == 0)  # the first left half way
    assert server.check(jpeg()).status_code == 200


def test_a_body_without_a_length_is_refused_when_it_grows_past_the_room(start: Callable[..., Running]) -> None:
    server = start(store="none", max_request_bytes=4 * MB, max_bytes_in_hand=4 * MB)
    with connect(server) as first, connect(server) as second:
        first.sendall(check_head(3 * MB) + bytes(2 * MB))
        until(lambda: server.services.body_memory.held == 2 * MB)
        second.sendall(check_head(None))
        with contextlib.suppress(ConnectionError):
            second.sendall(b"%x\r\n" % (3 * MB) + bytes(3 * MB) + b"\r\n")
        assert read_answer(second).status == 503
        assert server.services.body_memory.held == 2 * MB


def test_announced_bytes_that_are_not_sent_block_nobody(start: Callable[..., Running]) -> None:
    server = start(store="none", max_request_bytes=4 * MB, max_bytes_in_hand=5 * MB)
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(connect(server)).sendall(check_head(4 * MB) + b"x")
        until(lambda: server.services.body_memory.held == 20)
        assert server.check(jpeg()).status_code == 200


def test_a_half_sent_upload_times_out_and_holds_nothing_after(start: Callable[..., Running]) -> None:
    server = start(store="none", upload_timeout_s=0.5)
    with connect(server) as connection:
        connection.sendall(check_head(3 * MB) + bytes(MB))
        answer = read_answer(connection)
        assert (answer.status, b'"upload_timed_out"' in answer.body) == (408, True)
    until(lambda: server.services.body_memory.held == 0)


def test_large_answers_are_bounded_too_and_the_small_ones_go_on(start: Callable[..., Running]) -> None:
    photo = jpeg(size=(1600, 1200))
    server = start(max_request_bytes=len(photo) + 4096)
    check_id = server.answer(photo)["check_id"]
    path = f"/v1/checks/{check_id}/photos/0"
    assert server.http.get(path).status_code == 200
    server.services.body_memory.max_bytes = len(photo) // 4
    response: httpx.Response = server.http.get(path)
    assert (response.status_code, response.json()["code"]) == (503, "memory_full")
    assert server.http.get(f"/v1/checks/{check_id}").status_code == 200
    assert server.services.body_memory.held == 0


def test_an_answer_that_goes_out_in_pieces_arrives_whole(server: Running) -> None:
    noise = jpeg(size=(1600, 1200))
    check_id = server.answer(noise)["check_id"]
    response = server.http.get(f"/v1/checks/{check_id}/photos/0")
    assert int(response.headers["content-length"]) == len(response.content) > 200_000
    assert response.content[-2:] == b"\xff\xd9", "the end of a JPEG"


def test_a_multipart_body_is_held_until_its_answer(server: Running) -> None:
    body = multipart(jpeg())
    with connect(server) as connection:
        connection.sendall(check_head(len(body)) + body[:-10])
        until(lambda: server.services.body_memory.held == len(body) - 10)
        connection.sendall(body[-10:])
        assert read_answer(connection).status == 200
        until(lambda: server.services.body_memory.held == 0)


@pytest.mark.parametrize("piece_bytes", [7, 1000, 10**6], ids=["many at once", "some at once", "alone"])
def test_a_body_arrives_whole_in_whatever_chunks_it_comes(server: Running, piece_bytes: int) -> None:
    photo = jpeg()
    body = multipart(photo)
    pieces = [body[start : start + piece_bytes] for start in range(0, len(body), piece_bytes)]
    with connect(server) as connection:
        connection.sendall(check_head(None))
        connection.sendall(b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n")
        answer = read_answer(connection)
    assert answer.status == 200
    assert hashlib.sha256(photo).hexdigest().encode() in answer.body
