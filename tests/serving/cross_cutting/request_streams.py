"""Random bytes of HTTP connections: requests as clients send them, as attackers do, and cut anywhere."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

BURIED = b"GET /buried HTTP/1.1\r\nHost: a\r\n\r\n"  # stands in bodies, and must never run
TARGETS = (b"/a", b"/early", b"/last", b"/fail", b"/a?b=c", b"/%41/x?y", b"http://a/abs?q", b"https://b:8/", b"*")
ODD_TARGETS = (b"http://a", b"a:443", b"/a#b", b"//a/b", b"", b"/\xc3\xa4", b"/\x00", b"x", b"http://", b"/a b")
METHODS = (b"POST", b"POST", b"POST", b"GET", b"PUT", b"HEAD", b"OPTIONS", b"DELETE", b"PATCH")
ODD_METHODS = (b"CONNECT", b"PRI", b"post", b"FOO", b"SOURCE", b"P\x00ST", b"", b"DESCRIBE")
VERSIONS = (b"HTTP/1.1",) * 12 + (b"HTTP/1.0",)
ODD_VERSIONS = (
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/1.2",
    b"HTTP/1.10",
    b"RTSP/1.0",
    b"ICE/1.0",
    b"http/1.1",
    b"",
    b"HTTP/1",
)
UPGRADES = (b"h2c", b"websocket", b"TLS/1.0", b"HTTP/2.0, h2c", b"foo/9", b"")
LENGTHS = (
    b"+%d",
    b"-%d",
    b"0x%x",
    b"00%d",
    b" %d ",
    b"%d\t",
    b"%d, %d",
    b"%d,9",
    b"%d;",
    b"%d.0",
    b"%d 0",
    b"",
    b'"%d"',
)
CODINGS = (
    b"chunked, chunked", b"xchunked", b"identity", b"\tchunked", b"chunked\t", b"ChUnKeD", b"gzip, chunked", b"gzip",
    b"chunked, identity", b"", b"chunked;q=1", b'"chunked"', b"\x0bchunked", b"chunked,", b",chunked", b"chu nked",
)  # fmt: skip
ODD_LINES = (
    b"X: a\r\n b", b" X: a", b"X : a", b"X\t: a", b": a", b"X", b"X: a\x00b", b"X: a\nY: b", b"X: a\rY: b", b"X: \x7f",
    b"X: a\x0bb", b"X:\xff", b"X:", b"Host: b", b"\xc3\xa4: b", b"X: a\n", b"X: a\r", b"", b"Content-Length\x00: 5",
    b"Content_Length: 5", b"Transfer-Encoding : chunked", b"X: a\r\n\tTransfer-Encoding: chunked", b"Trailer: X",
    b"Expect: 100-continue", b"Expect: nonsense", b"Connection: close", b"Connection: keep-alive", b"TE: trailers",
    b"Connection: Content-Length", b"X: a\r\r", b"\r", b"X: a\r\n\r", b"Host : b", b"X: a\x85b",
)  # fmt: skip
CHUNK_ENDS = (b"\n", b"\r", b"", b"\r\n\r\n", b"\n\r", b"xx", b" \r\n", b"\r\r\n")
SIZES = (b"%x", b"0%x", b"+%x", b"0x%x", b"%x ", b" %x", b"%xg", b"-%x", b"%x,", b"", b"f" * 17, b"%x\t", b"_%x")
EXTENSIONS = (
    b"",
    b"",
    b";a",
    b";a=b",
    b';a="b c"',
    b";a=b;c=d",
    b'; a = "b"',
    b';a="\r\n"',
    b";a\n",
    b";\r",
    b";;",
    b"; ",
)
TRAILERS = (
    b"",
    b"",
    b"",
    b"X: y\r\n",
    b"Content-Length: 99\r\n",
    b"Host: b\r\n",
    b"X : y\r\n",
    b"X: y\n",
    b" X: y\r\n",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The bytes of one connection; `plain` where every request in it is one that a server has to run."""

    data: bytes
    plain: bool


def random_stream(rng: random.Random) -> Stream:
    """One to four requests, half of the streams with something odd in one of them."""
    count = rng.choice((1, 1, 2, 2, 3, 4))
    odd_at = rng.randrange(count) if rng.random() < 0.6 else None
    requests = [_odd_request(rng) if at == odd_at else _plain_request(rng) for at in range(count)]
    return Stream(data=b"".join(requests), plain=odd_at is None)


def random_pieces(rng: random.Random, data: bytes) -> list[bytes]:
    """Cut bytes as a network may: not at all, at every byte, at line ends, or anywhere."""
    way = rng.randrange(8)
    if way == 0:
        return [data]
    if way == 1:
        return [data[at : at + 1] for at in range(len(data))]
    if way == 2:
        cuts = [at + rng.randrange(3) for at in range(len(data)) if data.startswith(b"\r\n", at)]
    elif way == 3:
        cuts = [at + rng.randrange(1, 5) for at in range(len(data)) if data.startswith(b"\r\n\r\n", at)]
    else:
        cuts = [rng.randrange(len(data) + 1) for _ in range(rng.randrange(1, 7))]
    ends = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [data[start:end] for start, end in itertools.pairwise(ends)]


def _plain_request(rng: random.Random) -> bytes:
    headers = [b"Host: a", *_harmless_lines(rng)]
    body = _body(rng)
    framing = rng.randrange(3)
    if framing == 0:
        framed = b""
    elif framing == 1:
        headers.append(rng.choice((b"Content-Length: %d", b"content-length:%d", b"CONTENT-LENGTH: %d ")) % len(body))
        framed = body
    else:
        headers.append(rng.choice((b"Transfer-Encoding: chunked", b"transfer-encoding:CHUNKED ")))
        framed = _plain_chunks(rng, body)
    rng.shuffle(headers)
    line = b"%s %s HTTP/1.1" % (rng.choice(METHODS), rng.choice((b"/a", b"/a?b=c", b"/early", b"http://a/abs?q")))
    return b"\r\n".join([line, *headers, b"", b""]) + framed


def _odd_request(rng: random.Random) -> bytes:
    method = rng.choice(METHODS if rng.random() < 0.8 else ODD_METHODS)
    target = rng.choice(TARGETS if rng.random() < 0.8 else ODD_TARGETS)
    version = rng.choice(VERSIONS if rng.random() < 0.8 else ODD_VERSIONS)
    space = b" " if rng.random() < 0.97 else rng.choice((b"  ", b"\t", b""))
    headers = [b"Host: a"] if rng.random() < 0.97 else []
    headers += _harmless_lines(rng)
    if rng.random() < 0.5:
        headers += [rng.choice(ODD_LINES) for _ in range(rng.randrange(1, 3))]
    body = _body(rng)
    framings, chunked = _odd_framing(rng, len(body))
    headers += framings
    rng.shuffle(headers)
    end = b"\r\n" if rng.random() < 0.95 else rng.choice((b"\n", b"\r"))
    start = b"" if rng.random() < 0.95 else rng.choice((b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" "))
    head = start + end.join([space.join((method, target, version)), *headers, b"", b""])
    request = head + (_odd_chunks(rng, body) if chunked else body)
    if rng.random() < 0.15:  # one byte gone, doubled or changed
        at = rng.randrange(len(request))
        middle = rng.choice((b"", request[at : at + 1] * 2, bytes([rng.randrange(256)]), b"\r\n"))
        request = request[:at] + middle + request[at + 1 :]
    return request


def _odd_framing(rng: random.Random, length: int) -> tuple[list[bytes], bool]:
    """Header lines that announce a body, and whether the body comes in chunks."""
    exact, chunked = b"Content-Length: %d" % length, b"Transfer-Encoding: chunked"
    other = b"Content-Length: %d" % rng.choice((0, length + 1, max(0, length - 1), 10**18, 10**25))
    written = rng.choice(LENGTHS)
    odd_length = b"Content-Length:" + rng.choice((b"", b" ")) + written % ((length,) * written.count(b"%"))
    odd_coding = b"Transfer-Encoding:" + rng.choice((b"", b" ")) + rng.choice(CODINGS)
    choices: tuple[tuple[list[bytes], bool], ...] = (
        ([exact], False), ([chunked], True), ([exact, exact], False), ([exact, other], False), ([other, exact], False),
        ([exact, chunked], True), ([chunked, exact], True), ([exact, chunked], False), ([other, chunked], True),
        ([chunked, other], False), ([odd_length], False), ([odd_length, chunked], True), ([odd_coding], True),
        ([odd_coding], False), ([odd_coding, exact], False), ([odd_coding, chunked], True),
        ([chunked, odd_coding], True),
        ([chunked, chunked], True), ([b"Transfer-Encoding: gzip", chunked], True), ([other], False), ([], False),
    )  # fmt: skip
    return choices[rng.randrange(len(choices))]


def _harmless_lines(rng: random.Random) -> list[bytes]:
    lines: list[bytes] = []
    if rng.random() < 0.4:
        lines.append(b"Connection: " + rng.choice((b"Upgrade", b"Upgrade, HTTP2-Settings", b"keep-alive, upgrade")))
        lines.append(b"Upgrade: " + rng.choice(UPGRADES))
    if rng.random() < 0.3:
        lines.append(
            rng.choice((b"X-Long: " + b"x" * rng.randrange(400), b"Accept: */*", b"HTTP2-Settings: AAMAAABkAA"))
        )
    if rng.random() < 0.2:
        lines.append(b"Expect: 100-continue")
    return lines


def _body(rng: random.Random) -> bytes:
    return rng.choice(
        (b"", b"hello", BURIED, b"0\r\n\r\n" + BURIED, b"\r\n\r\n", b"x" * rng.randrange(2000), BURIED * 2)
    )


def _plain_chunks(rng: random.Random, body: bytes) -> bytes:
    out = b""
    while body:
        size = rng.randrange(1, len(body) + 1)
        out += b"%x%s\r\n%s\r\n" % (size, rng.choice((b"", b";a=b", b";a")), body[:size])
        body = body[size:]
    return out + b"0\r\n" + rng.choice((b"", b"X-Sum: 1\r\n")) + b"\r\n"


def _odd_chunks(rng: random.Random, body: bytes) -> bytes:
    out = b""
    while body:
        size = rng.randrange(1, len(body) + 1)
        written = b"%x" if rng.random() < 0.9 else rng.choice(SIZES)
        line = written % ((size,) * written.count(b"%")) + rng.choice(EXTENSIONS)
        ends = [b"\r\n" if rng.random() < 0.95 else rng.choice(CHUNK_ENDS) for _ in range(2)]
        out += line + ends[0] + body[:size] + ends[1]
        body = body[size:]
    last = b"0" if rng.random() < 0.9 else rng.choice((b"00", b"000", b"0;a", b"0 ", b"-0", b""))
    return out + last + (b"\r\n" if rng.random() < 0.95 else rng.choice(CHUNK_ENDS)) + rng.choice(TRAILERS) + b"\r\n"
