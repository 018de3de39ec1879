"""The rules of a request's head, each with the bytes that it is about."""

from __future__ import annotations

import pytest

from serving.errors import HttpMalformed, MethodNotImplemented, TransferEncodingUnsupported
from serving.http.request_head import MAX_START_BYTES, body_length, check_request_line, check_start, without_upgrade

HOST = (b"host", b"a")


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1",
        b"POST /v1/checks?a=b HTTP/1.0",
        b"GET http://shop.example:8000/a HTTP/1.1",
        b"FOO /~a%20b HTTP/1.1",
    ],
)
def test_a_request_line_of_http_1_is_read(line: bytes) -> None:
    check_request_line(line + b"\r\nHost: a\r\n\r\n")
    for size in range(1, len(line) + 3):
        check_start((line + b"\r\n")[:size])


def test_a_start_is_looked_at_no_further_than_its_limit_wherever_it_is_cut() -> None:
    """A head that comes byte by byte would otherwise cost the square of its length."""
    for length in range(MAX_START_BYTES - 20, MAX_START_BYTES + 3):
        check_start(b"POST /" + b"a" * (length - 6) + b" HTTP/1.1\r\nHost: a\r\n")
        check_start(bytearray(b"a" * length))
    with pytest.raises(HttpMalformed):
        check_start((b"GET /" + b"a" * MAX_START_BYTES)[: MAX_START_BYTES - 1] + b"\0")
    check_start(b"GET /" + b"a" * MAX_START_BYTES + b"\0")  # refused when the head is whole


@pytest.mark.parametrize(
    "line",
    [
        b"GET /", b"GET / HTTP/0.9", b"GET / HTTP/2.0", b"GET / HTTP/1.10", b"GET / http/1.1", b"GET / RTSP/1.0",
        b"GET  / HTTP/1.1", b"GET /  HTTP/1.1", b"GET\t/ HTTP/1.1", b" GET / HTTP/1.1", b"GET / HTTP/1.1 ",
        b"PRI * HTTP/2.0",
        b"GET /a#b HTTP/1.1", b"GET /a b HTTP/1.1", b"GET /\x00 HTTP/1.1", b"GET /\xff HTTP/1.1", b"GET a HTTP/1.1",
        b"GET http://a HTTP/1.1", b"OPTIONS * HTTP/1.1", b"G:T / HTTP/1.1", b"",
    ],
)  # fmt: skip
def test_another_first_line_is_refused(line: bytes) -> None:
    with pytest.raises(HttpMalformed):
        check_request_line(line + b"\r\nHost: a\r\n\r\n")


@pytest.mark.parametrize(
    "start", [b"\x16\x03\x01\x02\x00", b"\x00", b" GET", b"GET\t", b"GET /\n", b"GET /\r/", b"\xff", b"\n"]
)
def test_what_can_begin_no_request_is_refused_before_it_ends(start: bytes) -> None:
    with pytest.raises(HttpMalformed):
        check_start(start)


def test_a_tunnel_is_refused_by_name() -> None:
    with pytest.raises(MethodNotImplemented, match="CONNECT"):
        check_request_line(b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n")


def test_upgrade_lines_are_taken_out_and_nothing_else() -> None:
    head = (
        b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nX-Upgrade: 1\r\nConnection: Upgrade\r\nUPGRADE:websocket\r\nHost: a\r\n\r\n"
    )
    assert without_upgrade(head) == b"GET / HTTP/1.1\r\nX-Upgrade: 1\r\nConnection: Upgrade\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "length"),
    [([], 0), ([(b"content-length", b"007")], 7), ([(b"transfer-encoding", b"CHUNKED \t")], None)],
)
def test_the_length_of_a_body_is_read(headers: list[tuple[bytes, bytes]], length: int | None) -> None:
    assert body_length([HOST, *headers], "1.1") == length


@pytest.mark.parametrize(
    "codings",
    [[b"gzip, chunked"], [b"identity"], [b""], [b"chunked", b"chunked"], [b"gzip", b"chunked"], [b"\x0bchunked"]],
)
def test_a_transfer_coding_other_than_one_chunked_is_refused(codings: list[bytes]) -> None:
    with pytest.raises(TransferEncodingUnsupported):
        body_length([HOST, *((b"transfer-encoding", coding) for coding in codings)], "1.1")


def test_one_host_is_asked_for_and_http_1_0_has_neither_to_name_it_nor_chunks() -> None:
    for headers, version in (([], "1.1"), ([HOST, HOST], "1.1"), ([HOST, HOST], "1.0")):
        with pytest.raises(HttpMalformed, match="Host"):
            body_length(headers, version)
    assert body_length([], "1.0") == 0
    with pytest.raises(HttpMalformed, match=r"HTTP/1\.0"):
        body_length([(b"transfer-encoding", b"chunked")], "1.0")
