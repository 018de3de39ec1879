"""What hosts do wrong, each with its code; the connection of each is closed at once."""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import socket
import ssl
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import httpcore
import pytest

from serving.fetch.addresses import AddressRules
from serving.fetch.exchange import USER_AGENT, Exchange, ExchangeLimits, HostAnswer
from serving.fetch.network import CheckedBackend
from serving.fetch.url import parse_url
from tests.serving.servers.certificates import Authority
from tests.serving.servers.photo_host import Names, PhotoHost, Routes, Script, Visit, photo_host
from vision.errors import PhotoError

PUBLIC = "93.184.216.34"
BODY = b"\xff\xd8 no photo, and nobody looks"
MAX_BYTES = 1000


def raw(data: bytes) -> Script:
    return lambda visit: visit.send(data)


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode("latin-1")


def reset(visit: Visit) -> None:
    """Close with RST in place of FIN."""
    visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(piece: bytes, first: bytes = b"") -> Script:
    def send(visit: Visit) -> None:
        visit.send(first)
        while not visit.closing.is_set():
            visit.send(piece)

    return send


def then(data: bytes, next_step: Script) -> Script:
    def send(visit: Visit) -> None:
        visit.send(data)
        next_step(visit)

    return send


def drip(data: bytes) -> Script:
    def send(visit: Visit) -> None:
        for byte in data:
            visit.send(bytes([byte]))
            visit.closing.wait(0.002)

    return send


FAULTS: dict[str, tuple[Script, str]] = {
    "closes at once": (lambda visit: None, "fetch_connection_lost"),
    "resets at once": (reset, "fetch_connection_lost"),
    "closes in the head": (raw(b"HTTP/1.1 200 OK\r\nContent-"), "fetch_connection_lost"),
    "resets in the body": (then(head("Content-Length: 100") + b"x", reset), "fetch_connection_lost"),
    "sends less than announced": (raw(head("Content-Length: 100") + b"x" * 99), "fetch_length_mismatch"),
    "sends nothing of what it announced": (raw(head("Content-Length: 100")), "fetch_length_mismatch"),
    "sends more than announced": (raw(head("Content-Length: 100") + b"x" * 101), "fetch_length_mismatch"),
    "sends what it announced as nothing": (raw(head("Content-Length: 0") + b"x"), "fetch_length_mismatch"),
    "ends in a chunk": (raw(head("Transfer-Encoding: chunked") + b"5\r\nabc"), "fetch_length_mismatch"),
    "ends without the last chunk": (raw(head("Transfer-Encoding: chunked") + b"1\r\na\r\n"), "fetch_length_mismatch"),
    "sends more after the last chunk": (
        raw(head("Transfer-Encoding: chunked") + b"1\r\na\r\n0\r\n\r\nmore"),
        "fetch_length_mismatch",
    ),
    "announces too much": (raw(head(f"Content-Length: {MAX_BYTES + 1}")), "photo_too_many_bytes"),
    "announces far too much": (raw(head("Content-Length: 99999999999999999999")), "photo_too_many_bytes"),
    "sends without an end": (endless(b"x" * 500, head()), "photo_too_many_bytes"),
    "sends chunks without an end": (
        endless(b"1f4\r\n" + b"x" * 500 + b"\r\n", head("Transfer-Encoding: chunked")),
        "photo_too_many_bytes",
    ),
    "sends a head without an end": (endless(b"X-A: " + b"a" * 500 + b"\r\n", b"HTTP/1.1 200 OK\r\n"), "invalid"),
    "sends a line without an end": (endless(b"a" * 500, b"HTTP/1.1 200 OK\r\nX-A: "), "invalid"),
    "sends compressed": (
        raw(head("Content-Encoding: gzip", "Content-Length: 50") + gzip.compress(bytes(10**6))[:50]),
        "fetch_encoded",
    ),
    "sends brotli": (raw(head("content-encoding: br", "Content-Length: 1") + b"x"), "fetch_encoded"),
    "compresses the transfer": (raw(head("Transfer-Encoding: gzip, chunked")), "invalid"),
    "announces two lengths": (raw(head("Content-Length: 3", "Content-Length: 4") + b"abc"), "invalid"),
    "announces no number": (raw(head("Content-Length: three") + b"abc"), "invalid"),
    "announces a negative length": (raw(head("Content-Length: -1") + b"abc"), "invalid"),
    "writes a chunk's length wrongly": (raw(head("Transfer-Encoding: chunked") + b"xyz\r\n"), "invalid"),
    "speaks SSH": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "invalid"),
    "waits after a greeting": (then(b"220 mail.example ESMTP\r\n", lambda visit: visit.hang()), "invalid"),
    "speaks HTTP 0.9": (raw(BODY), "invalid"),
    "speaks HTTP/2": (raw(b"HTTP/2 200 OK\r\n\r\n"), "invalid"),
    "speaks TLS": (raw(b"\x15\x03\x01\x00\x02\x02\x0a"), "invalid"),
    "answers an unreadable header": (raw(b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n"), "invalid"),
    "changes the protocol": (raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "invalid"),
    "hangs before the answer": (lambda visit: visit.hang(), "fetch_timed_out"),
    "hangs in the head": (then(b"HTTP/1.1 200 OK\r\n", lambda visit: visit.hang()), "fetch_timed_out"),
    "hangs in the body": (then(head("Content-Length: 100") + b"x", lambda visit: visit.hang()), "fetch_timed_out"),
}
GOOD: dict[str, Script] = {
    "with a length": raw(head(f"Content-Length: {len(BODY)}") + BODY),
    "until the end of the connection": raw(head() + BODY),
    "in chunks": raw(head("Transfer-Encoding: chunked") + b"%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n"),
    "by HTTP/1.0": raw(b"HTTP/1.0 200 OK\r\n\r\n" + BODY),
    "after early hints": raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + head() + BODY),
    "byte by byte": drip(head(f"Content-Length: {len(BODY)}") + BODY),
    "as identity": raw(head("Content-Encoding: identity") + BODY),
    "on a connection that stays open": then(
        head(f"Content-Length: {len(BODY)}", "Connection: keep-alive") + BODY, lambda visit: visit.hang()
    ),
}
LIMITS = ExchangeLimits(max_bytes=MAX_BYTES, connect_timeout_s=5.0, read_timeout_s=5.0)
HANGING = ExchangeLimits(max_bytes=MAX_BYTES, connect_timeout_s=5.0, read_timeout_s=0.2)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def get(
    host: PhotoHost, tls: ssl.SSLContext, *, url: str = "http://photos.example/", limits: ExchangeLimits = LIMITS
) -> tuple[HostAnswer, int]:
    """One exchange, and the bytes that were held of it."""
    routes = Routes({(PUBLIC, 80): host.port, (PUBLIC, 443): host.port})
    backend = CheckedBackend(AddressRules(), resolver=Names({"photos.example": [[PUBLIC]]}), connector=routes)
    held: list[int] = []
    answer = asyncio.run(Exchange(backend, tls, limits).get(parse_url(url), held.append))
    return answer, sum(held)


@pytest.mark.parametrize("name", FAULTS)
def test_a_host_that_does_wrong_is_left_with_the_code_of_it(authority: Authority, name: str) -> None:
    script, code = FAULTS[name]
    limits = HANGING if "hangs" in name else LIMITS
    with photo_host({"/": script}) as host, pytest.raises(PhotoError) as caught:
        get(host, authority.trusted(), limits=limits)
    assert caught.value.code == ("fetch_response_invalid" if code == "invalid" else code)


@pytest.mark.parametrize("name", GOOD)
def test_what_http_allows_is_read(authority: Authority, name: str) -> None:
    with photo_host({"/": GOOD[name]}) as host:
        answer, held = get(host, authority.trusted())
    assert (answer.status, answer.body, held) == (200, BODY, len(BODY))


def test_the_body_of_another_status_is_not_read(authority: Authority) -> None:
    script = endless(b"x" * 500, b"HTTP/1.1 404 Not Found\r\nA: 1\r\na: 2\r\n\r\n")
    with photo_host({"/": script}) as host:
        answer, held = get(host, authority.trusted())
    assert (answer.status, answer.headers, answer.body, held) == (404, {b"a": b"1"}, b"", 0)


def test_the_request_is_plain_and_names_this_program(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    with photo_host({"/a": GOOD["with a length"]}) as host:
        get(host, authority.trusted(), url="http://Photos.example/a?b=%20ü#c")
    assert host.heads[0].split("\r\n") == [
        "GET /a?b=%20%C3%BC HTTP/1.1",
        "Host: photos.example",
        f"User-Agent: {USER_AGENT}",
        "Accept: image/jpeg, image/png, image/*;q=0.8, */*;q=0.1",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    ]
    assert USER_AGENT.startswith("Touchstone/")


def test_tls_is_spoken_to_a_host_whose_certificate_is_valid(authority: Authority) -> None:
    with photo_host({"/": GOOD["with a length"]}, authority.serve("photos.example")) as host:
        answer, _ = get(host, authority.trusted(), url="https://photos.example/")
    assert answer.body == BODY


WRONG_TLS: dict[str, Callable[[Authority], ssl.SSLContext]] = {
    "another name": lambda authority: authority.serve("other.example"),
    "the address in place of the name": lambda authority: authority.serve(PUBLIC),
    "an expired certificate": lambda authority: authority.serve("photos.example", expired=True),
    "an unknown authority": lambda _: Authority("Another").serve("photos.example"),
}


@pytest.mark.parametrize("name", WRONG_TLS)
def test_a_host_that_cannot_prove_its_name_gets_no_request(authority: Authority, name: str) -> None:
    with photo_host({}, WRONG_TLS[name](authority)) as host:
        with pytest.raises(PhotoError) as caught:
            get(host, authority.trusted(), url="https://photos.example/")
        assert caught.value.code == "fetch_tls_failed"
        assert not any("GET" in sent for sent in host.heads)


def test_a_host_that_speaks_no_tls(authority: Authority) -> None:
    def answer_plainly() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener, photo_host({}) as host:
        thread = threading.Thread(target=answer_plainly)
        thread.start()
        host.port = listener.getsockname()[1]
        with pytest.raises(PhotoError) as caught:
            get(host, authority.trusted(), url="https://photos.example/")
        thread.join()
    assert caught.value.code == "fetch_tls_failed"


def test_a_host_that_garbles_tls_after_the_handshake(authority: Authority) -> None:
    def garble(visit: Visit) -> None:
        with socket.socket(fileno=os.dup(visit.connection.fileno())) as below:
            below.sendall(b"\x17\x03\x03\x00\x05hello")
            visit.closing.wait(0.1)

    with photo_host({"/": garble}, authority.serve("photos.example")) as host, pytest.raises(PhotoError) as caught:
        get(host, authority.trusted(), url="https://photos.example/")
    assert caught.value.code == "fetch_connection_lost"


def test_a_host_that_hangs_in_the_handshake_is_left(authority: Authority) -> None:
    limits = ExchangeLimits(max_bytes=MAX_BYTES, connect_timeout_s=0.2, read_timeout_s=5.0)
    with socket.create_server(("127.0.0.1", 0)) as silent, photo_host({}) as host:
        host.port = silent.getsockname()[1]
        with pytest.raises(PhotoError) as caught:
            get(host, authority.trusted(), url="https://photos.example/", limits=limits)
    assert caught.value.code == "fetch_timed_out"


def test_a_port_where_nobody_listens(authority: Authority) -> None:
    with photo_host({}) as host:
        pass
    with pytest.raises(PhotoError) as caught:
        get(host, authority.trusted())
    assert caught.value.code == "fetch_connect_failed"


@pytest.fixture
def full() -> Iterator[int]:
    """A port whose connections hang: its queue is full, and nobody takes from it."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for one in waiting:
            one.close()


def test_a_host_that_takes_no_connection_is_left(authority: Authority, full: int) -> None:
    limits = ExchangeLimits(max_bytes=MAX_BYTES, connect_timeout_s=0.3, read_timeout_s=5.0)
    with photo_host({}) as host:
        host.port = full
        with pytest.raises(PhotoError) as caught:
            get(host, authority.trusted(), limits=limits)
    assert caught.value.code == "fetch_timed_out"


def test_a_connection_is_closed_when_the_answer_is_there(authority: Authority) -> None:
    closed: list[bytes] = []

    def answer(visit: Visit) -> None:
        visit.send(head(f"Content-Length: {len(BODY)}") + BODY)
        closed.append(visit.connection.recv(1))

    with photo_host({"/": answer}) as host:
        get(host, authority.trusted())
    assert closed == [b""]


class OneStream(httpcore.AsyncNetworkBackend):
    """Connects to bytes."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def connect_tcp(self, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        return httpcore.AsyncMockStream(self._pieces)


def test_whatever_bytes_a_host_sends_are_an_answer_or_an_error_of_the_photo(authority: Authority) -> None:
    """Answers that are cut, doubled and changed at random places, in pieces of random length."""
    draw = random.Random(12)
    answers = (
        head("Content-Length: 20", "Content-Type: image/jpeg") + BODY[:20],
        head("Transfer-Encoding: chunked") + b"5\r\nabcde\r\n0\r\nX: y\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + head("Content-Encoding: identity") + BODY,
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nRetry-After: 1\r\n\r\n",
    )
    tls, url = authority.trusted(), parse_url("http://photos.example/")
    outcomes = Counter[str]()

    async def run() -> None:
        for _ in range(3000):
            data = bytearray(draw.choice(answers))
            for _ in range(draw.randint(0, 4)):
                place = draw.randrange(len(data))
                data[place : place + draw.randint(0, 3)] = draw.choice(
                    (b"", b"\0", b"\r\n", b":", b"9", b"\xff", b" ", data)
                )
            pieces = [bytes(data[at : at + 40]) for at in range(0, len(data), 40)]
            try:
                await Exchange(OneStream(pieces), tls, LIMITS).get(url, lambda count: None)
                outcomes["answer"] += 1
            except PhotoError as error:
                outcomes[error.code] += 1

    asyncio.run(run())
    assert {"answer", "fetch_response_invalid", "fetch_length_mismatch", "fetch_connection_lost"} <= set(outcomes)
