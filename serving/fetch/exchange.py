"""One GET over one connection, by h11: what comes back is bounded in bytes and in time, and nothing in it is trusted.

httpcore's own connections would do, but for two things: they drop what follows a body, so a host that sends more than
it announces goes unnoticed, and they keep connections, which then need no new judgement of the address.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import h11
import httpcore

from serving.fetch.errors import (
    FetchConnectFailed,
    FetchConnectionLost,
    FetchEncoded,
    FetchLengthMismatch,
    FetchResponseInvalid,
    FetchTimedOut,
    FetchTlsFailed,
)
from serving.fetch.url import HttpUrl
from vision.errors import PhotoTooManyBytes

USER_AGENT: Final = f"Touchstone/{version('touchstone')}"
MAX_HEAD_BYTES: Final = 64 * 1024
READ_BYTES: Final = 64 * 1024
_STATUS_LINE: Final = b"HTTP/1."
_HEADERS: Final = (
    ("User-Agent", USER_AGENT),
    ("Accept", "image/jpeg, image/png, image/*;q=0.8, */*;q=0.1"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeLimits:
    """The limits of one answer: bytes of its body, and seconds of each step."""

    max_bytes: int
    connect_timeout_s: float
    read_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """An answer; its `body` is read for 200 alone. Names of headers are lower-case, and the first of a name counts."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Exchange:
    """Sends one request through a network backend, which judges the address."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext, limits: ExchangeLimits) -> None:
        self._backend = backend
        self._tls = tls
        self._limits = limits

    async def get(self, url: HttpUrl, hold: Callable[[int], None]) -> HostAnswer:
        """Ask for a URL on a connection of its own; `hold` is called with the bytes of each piece of the body.

        Raises FetchError, PhotoTooManyBytes, and what `hold` raises.
        """
        stream = await self._connect(url)
        try:
            if url.scheme == "https":
                stream = await self._start_tls(stream, url.host)
            return await self._exchange(_Peer(stream, self._limits.read_timeout_s), url, hold)
        finally:
            await stream.aclose()

    async def _connect(self, url: HttpUrl) -> httpcore.AsyncNetworkStream:
        try:
            return await self._backend.connect_tcp(url.host, url.port, timeout=self._limits.connect_timeout_s)
        except httpcore.ConnectTimeout as error:
            raise FetchTimedOut("the host does not answer: no connection within fetch.connect_timeout_s") from error
        except httpcore.ConnectError as error:
            raise FetchConnectFailed("the host refuses the connection, or cannot be reached") from error

    async def _start_tls(self, stream: httpcore.AsyncNetworkStream, host: str) -> httpcore.AsyncNetworkStream:
        try:
            return await stream.start_tls(self._tls, server_hostname=host, timeout=self._limits.connect_timeout_s)
        except httpcore.ConnectTimeout as error:
            raise FetchTimedOut("the host does not answer: no TLS within fetch.connect_timeout_s") from error
        except httpcore.ConnectError as error:
            raise FetchTlsFailed("TLS with the host failed: it speaks none, or its certificate is not valid") from error

    async def _exchange(self, peer: _Peer, url: HttpUrl, hold: Callable[[int], None]) -> HostAnswer:
        headers = [("Host", url.host_header), *_HEADERS]
        await peer.send(h11.Request(method="GET", target=url.target, headers=headers))
        await peer.send(h11.EndOfMessage())
        response = await peer.receive_head()
        found: dict[bytes, bytes] = {}
        for name, value in response.headers:
            found.setdefault(name, value)
        body = b""
        if response.status_code == 200:
            encoding = found.get(b"content-encoding", b"").strip().lower()
            if encoding not in (b"", b"identity"):
                raise FetchEncoded("the host sends the photo compressed, which it was not asked to")
            body = await self._receive_body(peer, found.get(b"content-length"), hold)
        return HostAnswer(status=response.status_code, headers=found, body=body)

    async def _receive_body(self, peer: _Peer, announced: bytes | None, hold: Callable[[int], None]) -> bytes:
        if announced is not None and int(announced) > self._limits.max_bytes:  # h11 has seen that it is a number
            raise self._too_many_bytes()
        pieces: list[bytes] = []
        received = 0
        while (piece := await peer.receive_piece()) is not None:
            received += len(piece)
            if received > self._limits.max_bytes:
                raise self._too_many_bytes()
            hold(len(piece))
            pieces.append(piece)
        if peer.has_more:
            raise FetchLengthMismatch("the host sent more bytes than it announced")
        return b"".join(pieces)

    def _too_many_bytes(self) -> PhotoTooManyBytes:
        return PhotoTooManyBytes(
            f"the URL gives more than {self._limits.max_bytes:,} bytes: give one of a smaller file."
        )


class _Peer:
    """The connection to a host, as h11's events."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, timeout_s: float) -> None:
        self._stream = stream
        self._timeout_s = timeout_s
        self._state = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._began = False
        self._start = b""

    @property
    def has_more(self) -> bool:
        """Whether bytes came after the end of the answer."""
        return bool(self._state.trailing_data[0])

    async def send(self, event: h11.Request | h11.EndOfMessage) -> None:
        data = self._state.send(event)
        try:
            await self._stream.write(data or b"", timeout=self._timeout_s)
        except httpcore.WriteTimeout as error:
            raise FetchTimedOut("the host does not read the request within fetch.read_timeout_s") from error
        except httpcore.WriteError as error:
            raise FetchConnectionLost("the host closed the connection before it answered") from error

    async def receive_head(self) -> h11.Response:
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                self._began = True
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise FetchResponseInvalid("the host's answer is no HTTP/1.1")

    async def receive_piece(self) -> bytes | None:
        """The next bytes of the body, None at its end."""
        event = await self._next()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _next(self) -> h11.Event | type[h11.PAUSED] | type[h11.NEED_DATA]:
        ended = False
        while True:
            try:
                event = self._state.next_event()
            except h11.RemoteProtocolError as error:
                if ended and self._began:
                    raise FetchLengthMismatch("the host sent fewer bytes than it announced") from error
                if ended:
                    raise FetchConnectionLost("the host closed the connection before it answered") from error
                raise FetchResponseInvalid("the host's answer is no HTTP/1.1") from error
            if event is not h11.NEED_DATA:
                return event
            data = await self._read()
            ended = not data
            self._require_http(data)
            self._state.receive_data(data)

    def _require_http(self, data: bytes) -> None:
        """Refuse what begins as no answer of HTTP/1 does: h11 would wait for a whole line of it."""
        if len(self._start) < len(_STATUS_LINE):
            self._start = (self._start + data)[: len(_STATUS_LINE)]
            if not _STATUS_LINE.startswith(self._start):
                raise FetchResponseInvalid("the host's answer is no HTTP/1.1")

    async def _read(self) -> bytes:
        try:
            return await self._stream.read(READ_BYTES, timeout=self._timeout_s)
        except httpcore.ReadTimeout as error:
            raise FetchTimedOut("the host sends nothing within fetch.read_timeout_s") from error
        except httpcore.ReadError as error:
            raise FetchConnectionLost("the host broke the connection off") from error
