"""What a request's head must be, beyond what llhttp asks: one reading only, so that no proxy in front reads another.

The rules are RFC 9112's: sections 3 (request line), 3.2 (Host), 6.1 and 6.3 (where a body ends).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from serving.errors import HttpMalformed, MethodNotImplemented, TransferEncodingUnsupported

MAX_HEAD_BYTES = 64 * 1024
MAX_START_BYTES = 1024  # looked at again with each segment of a head, which may come byte by byte
HEAD_END = b"\r\n\r\n"
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_START = re.compile(_TOKEN + rb"+(?: [ -~]*\r?)?(?:\Z|(?<=\r)\n)")
_REQUEST_LINE = re.compile(
    rb"(" + _TOKEN + rb"+) (?:/|[Hh][Tt][Tt][Pp][Ss]?://[!\"$-.0->@-~]+/)[!\"$-~]* HTTP/1\.[01]\r\n"
)
_UPGRADE = re.compile(rb"(?i)\r\nupgrade:[^\r\n]*(?=\r\n)")


def check_start(start: bytes | bytearray) -> None:
    """Raise HttpMalformed where the first bytes of a head, however few, can begin no request."""
    if not _START.match(start, 0, MAX_START_BYTES):
        raise HttpMalformed("the bytes on this connection are not an HTTP/1.1 request")


def check_request_line(head: bytes) -> None:
    """Raise HttpMalformed where a head does not begin with METHOD /path HTTP/1.1, or MethodNotImplemented."""
    method = head[:8]
    if method == b"CONNECT ":  # its target is a host and a port, and what follows is no HTTP
        raise MethodNotImplemented("CONNECT is for proxies, and this server is none")
    if not _REQUEST_LINE.match(head):
        raise HttpMalformed("the request does not begin with a line such as `POST /v1/checks HTTP/1.1`")


def without_upgrade(head: bytes) -> bytes:
    """Take out every Upgrade line: a server may ignore it (RFC 9110, 7.8), and llhttp takes what follows as no HTTP."""
    return _UPGRADE.sub(b"", head)


def body_length(headers: Iterable[tuple[bytes, bytes]], http_version: str) -> int | None:
    """Give a body's length in bytes, None where it comes in chunks; names are lower-case, and llhttp checked digits.

    Raises HttpMalformed or TransferEncodingUnsupported where two readers could see two lengths or two hosts.
    """
    length, chunked, hosts = 0, False, 0
    for name, value in headers:
        if name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            if chunked or value.strip(b" \t").lower() != b"chunked":
                raise TransferEncodingUnsupported("Transfer-Encoding: only `chunked` is read, and sent once")
            chunked = True
        elif name == b"host":
            hosts += 1
    if hosts > 1 or (hosts == 0 and http_version != "1.0"):
        raise HttpMalformed(f"a request has one Host header, and this one has {hosts or 'none'}")
    if chunked and http_version == "1.0":
        raise HttpMalformed("HTTP/1.0 has no chunks; send Content-Length, or HTTP/1.1")
    return None if chunked else length
