"""HTTP by hand, for what no HTTP library would send."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.serving.servers.running import Running

BOUNDARY = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


@contextlib.contextmanager
def connect(
    server: Running | str, timeout_s: float = 30.0, receive_buffer: int | None = None
) -> Iterator[socket.socket]:
    address = urlsplit(server if isinstance(server, str) else server.url)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(timeout_s)
        connection.connect((address.hostname or "", address.port or 0))
        yield connection


def get(path: str = "/healthz", *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]).encode()


def multipart(*photos: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'.encode()
        + photo
        + b"\r\n"
        for photo in photos
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def check_head(length: int | None, *headers: str) -> bytes:
    """The head of a check whose body has a length; None is for a body that comes in chunks."""
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    kind = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
    return "\r\n".join(["POST /v1/checks HTTP/1.1", "Host: 127.0.0.1", framing, kind, *headers, "", ""]).encode()


def read_answer(connection: socket.socket) -> RawAnswer:
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers: dict[str, str] = {}
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return RawAnswer(status=status, headers=headers, body=stream.read(int(headers.get("content-length", "0"))))


def ends(connection: socket.socket) -> bool:
    """Wait until the server closes; whatever it still says is thrown away."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return True
