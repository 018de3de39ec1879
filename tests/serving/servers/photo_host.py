"""A host of photos on loopback that answers as its script has it, and a network of names that lead to it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

import httpcore

from serving.fetch.network import SystemConnector

Script = Callable[["Visit"], None]


class Visit:
    """One connection to a host: its request, and the ways to answer.

    The body is read though no script asks for it: a socket closed with unread bytes resets the connection, and what
    was answered may be lost.
    """

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self.connection = connection
        self.closing = closing
        self.head = _read_head(connection)
        lines = self.head.split("\r\n")[1:]
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines) if name}
        self.body = _read(connection, int(self.headers.get("content-length", "0")))

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, status: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def hang(self) -> None:
        """Send nothing more until the host closes."""
        self.closing.wait()


class PhotoHost:
    """A host in threads; `scripts` has what it does for each path, `heads` the requests that came."""

    def __init__(self, scripts: Mapping[str, Script], tls: ssl.SSLContext | None = None) -> None:
        self.scripts = dict(scripts)
        self.heads: list[str] = []
        self._tls = tls
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in list(self._threads):
            thread.join(timeout=30)
            assert not thread.is_alive()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # a fetcher that has had enough closes, as it should
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                visit = Visit(connection, self._closing)
                self.heads.append(visit.head)
                if visit.head.startswith(("GET /", "POST /")):  # else TLS that a host without it was sent, or nothing
                    self.scripts[visit.head.split(" ")[1].partition("?")[0]](visit)


@contextlib.contextmanager
def photo_host(scripts: Mapping[str, Script], tls: ssl.SSLContext | None = None) -> Iterator[PhotoHost]:
    host = PhotoHost(scripts, tls)
    try:
        yield host
    finally:
        host.close()


class Names:
    """A resolver: the answers to each name in turn, of which the last one stays; a name without any has no address."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        given = self._answers.get(host, [[]])
        return given.pop(0) if len(given) > 1 else given[0]


class Routes:
    """A connector: public addresses and ports that lead to ports of loopback; any other is a fault of the test."""

    def __init__(self, ports: Mapping[tuple[str, int], int]) -> None:
        self._ports = dict(ports)
        self._system = SystemConnector()
        self.made: list[tuple[str, int]] = []

    async def connect(self, address: str, port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        self.made.append((address, port))
        return await self._system.connect("127.0.0.1", self._ports[address, port], timeout_s)


def _read_head(connection: socket.socket) -> str:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = connection.recv(1)
        if not piece:
            break
        head += piece
    return head.decode("latin-1")


def _read(connection: socket.socket, length: int) -> bytes:
    """Read `length` bytes, fewer where the other side ends before."""
    data = b""
    while len(data) < length:
        piece = connection.recv(65_536)
        if not piece:
            break
        data += piece
    return data
