"""HTTP heads and bodies that are slow, too large, malformed or not read: what the client and others see."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Callable

import pytest

from serving.http.request_head import MAX_HEAD_BYTES
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.raw_http import check_head, connect, ends, get, multipart, read_answer
from tests.serving.servers.running import Running


def test_a_head_that_comes_byte_by_byte_is_answered_408(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.5)
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")

        def answered() -> bool:
            connection.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                return bool(connection.recv(1, socket.MSG_PEEK))
            connection.sendall(b"a")  # never at rest, never whole
            return False

        until(answered)
        answer = read_answer(connection)
        assert (answer.status, b'"head_timed_out"' in answer.body) == (408, True)
        assert answer.headers["x-request-id"].encode() in answer.body
        assert ends(connection)


def test_line_ends_before_a_request_do_not_keep_a_connection(start: Callable[..., Running]) -> None:
    server = start(store="none", head_timeout_s=0.3, keep_alive_s=0.3)
    with connect(server) as connection:
        connection.sendall(get())
        assert read_answer(connection).status == 200

        def closed() -> bool:
            time.sleep(0.05)
            try:
                connection.sendall(b"\r\n")
            except ConnectionError:
                return True
            return False

        until(closed)


def test_a_request_in_progress_has_no_time_limit_of_heads(start: Callable[..., Running]) -> None:
    server = start(store="none", threads=1, head_timeout_s=0.1, keep_alive_s=0.1)
    body = multipart(jpeg())
    with connect(server) as connection:
        with occupied(server):
            connection.sendall(check_head(len(body)) + body)
            time.sleep(1.5)  # some sweeps
        assert read_answer(connection).status == 200


def test_a_head_without_end_is_answered_431(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 10 * MAX_HEAD_BYTES:
                connection.sendall(b"X: " + b"x" * 4096 + b"\r\n")
                sent += 4096
        answer = read_answer(connection)
        assert (answer.status, b'"head_too_large"' in answer.body) == (431, True)


def test_bytes_that_are_not_http_are_answered_with_a_problem(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = read_answer(connection)
        assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
        assert b'"http_malformed"' in answer.body
        assert ends(connection)


def test_a_head_that_is_too_long_and_malformed_is_answered_once(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(server) as connection:
        for part in (b"GET / HTTP/1.1\r\n", (b"X: " + b"x" * 1024 + b"\r\n") * 60, b"\x00" * 8192):
            connection.sendall(part)
            time.sleep(0.2)  # so that each arrives by itself
        answer = read_answer(connection)
        assert (answer.status, b'"head_too_large"' in answer.body) == (431, True)
        assert ends(connection)
    assert not [record for record in caplog.records if record.name == "asyncio"]


def test_a_malformed_chunk_ends_the_check_that_it_belongs_to(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(check_head(None) + b"not a length\r\n")
        assert read_answer(connection).status == 400
        assert ends(connection)


def test_a_connection_with_thousands_of_queued_requests_is_cut_off(start: Callable[..., Running]) -> None:
    server = start(store="none", threads=1)
    body = multipart(jpeg())
    with occupied(server), connect(server) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(check_head(len(body)) + body + get() * 5000)
        assert ends(connection)
    assert server.http.get("/healthz").status_code == 200


def test_a_few_requests_in_a_row_are_answered_in_order(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(get("/healthz") + get("/nowhere") + get("/healthz", "Connection: close"))
        answers = connection.makefile("rb").read()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"404", b"200"]


def test_a_client_that_reads_nothing_is_cut_off_and_its_answers_are_freed(start: Callable[..., Running]) -> None:
    server = start(send_timeout_s=0.5)
    photo = jpeg(size=(1600, 1200))
    check_id = server.answer(photo)["check_id"]
    cut_off = 'connections_closed_total{reason="slow_reader"} 1.0'
    with connect(server, receive_buffer=4096) as connection:
        connection.sendall(get(f"/v1/checks/{check_id}/photos/0") * 10)  # more than the kernel's buffers take
        until(lambda: cut_off in server.http.get("/metrics").text)
        until(lambda: server.services.body_memory.held == 0)
    assert server.http.get(f"/v1/checks/{check_id}/photos/0").status_code == 200


CURL_HTTP2 = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")


@pytest.mark.parametrize("upgrade", [CURL_HTTP2, WEBSOCKET, ("Connection: upgrade", "Upgrade: TLS/1.0")])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_check_that_asks_for_another_protocol_is_answered_in_this_one(
    server: Running, upgrade: tuple[str, ...], in_chunks: bool
) -> None:
    body = multipart(jpeg())
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if in_chunks else body
    for pause_s in (0.0, 0.1):
        with connect(server) as connection:
            connection.sendall(check_head(None if in_chunks else len(body), *upgrade))
            time.sleep(pause_s)  # so that the body arrives by itself
            connection.sendall(sent)
            answer = read_answer(connection)
            assert (answer.status, b'"outcome"' in answer.body) == (200, True)
            connection.sendall(get())
            assert read_answer(connection).status == 200


def test_a_body_that_looks_like_a_request_stays_a_body(server: Running) -> None:
    buried = get("/v1/checks")
    for upgrade in ((), CURL_HTTP2, WEBSOCKET):
        with connect(server) as connection:
            connection.sendall(check_head(len(buried), *upgrade))
            time.sleep(0.1)
            connection.sendall(buried + get("/healthz", "Connection: close"))
            answers = connection.makefile("rb").read()
        assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"400", b"200"]


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example", 501, b"method_not_implemented"),
        (b"BREW /pot HTTP/1.1\r\nHost: 127.0.0.1", 501, b"method_not_implemented"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked", 501, b"transfer_encoding_unsupported"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", 400, b"http_malformed"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b", 400, b"http_malformed"),
        (b"GET / HTTP/1.1", 400, b"http_malformed"),
    ],
)
def test_a_head_of_more_than_one_reading_is_the_last_of_its_connection(
    server: Running, head: bytes, status: int, code: bytes
) -> None:
    with connect(server) as connection:
        connection.sendall(head + b"\r\n\r\n" + get())
        answer = read_answer(connection)
        assert (answer.status, code in answer.body, answer.headers["connection"]) == (status, True, "close")
        assert connection.recv(100) == b""


def test_a_fault_is_answered_behind_the_requests_before_it(start: Callable[..., Running]) -> None:
    server = start(threads=1)
    body = multipart(jpeg())
    with connect(server) as connection:
        with occupied(server):
            connection.sendall(check_head(len(body)) + body + b"\x00\r\n\r\n")
            time.sleep(0.2)
        answer = read_answer(connection)
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert ends(connection)


@pytest.mark.parametrize("endless", [b"1;a=", b"0\r\nX: "])
def test_an_extension_or_a_trailer_without_end_is_refused(server: Running, endless: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(check_head(None) + endless)
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                connection.sendall(b"x" * MAX_HEAD_BYTES)
        answer = read_answer(connection)
        assert (answer.status, b'"head_too_large"' in answer.body) == (431, True)


def test_a_trailer_adds_nothing_to_the_head(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(check_head(None) + b"5\r\nhello\r\n0\r\nRequest-Timeout: never\r\n\r\n")
        answer = read_answer(connection)
        assert (answer.status, b'"multipart_malformed"' in answer.body) == (400, True)
