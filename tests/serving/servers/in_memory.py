"""The server's protocol on a transport in memory: bytes go in by the piece, and the requests that run are noted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from serving.http.connections import ConnectionLimits, Connections
from serving.http.protocol import GuardedProtocol
from serving.monitoring.metrics import Metrics

TURNS = 6  # of the event loop, in which an app that waits for nothing else has done its part


@dataclass(slots=True, kw_only=True)
class RanRequest:
    """A request as the app got it; `whole` where its body came to its end."""

    method: str
    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    whole: bool = False


@dataclass(slots=True, kw_only=True)
class Conversation:
    """What came of the pieces of one connection."""

    ran: list[RanRequest] = field(default_factory=list)
    answers: bytes = b""
    closed: bool = False  # by the server, before the client did


class MemoryTransport(asyncio.Transport):
    """Keeps what is written. As a socket does, it gives nothing while reading is paused or once it is closed."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = bytearray()
        self.reading = True
        self.closing = False
        self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.closing = True

    abort = close

    def is_closing(self) -> bool:
        return self.closing

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class InMemoryServer:
    """One server; each conversation is a connection of its own.

    The app reads a whole body and answers 200. At a path with `early` in it answers first and reads nothing, with
    `last` it answers `Connection: close`, and with `fail` it raises.
    """

    def __init__(self) -> None:
        limits = ConnectionLimits(max_connections=64, head_timeout_s=60, keep_alive_s=60, send_timeout_s=60)
        self._connections = Connections(limits, Metrics())
        self._config = uvicorn.Config(
            self._answer, interface="asgi3", log_config=None, ws="none", access_log=False, server_header=False
        )
        self._config.load()
        self._conversation = Conversation()

    async def converse(self, pieces: Sequence[bytes]) -> Conversation:
        """Feed the pieces of one connection, each when the server reads, then close it as a client does."""
        conversation = self._conversation = Conversation()
        state, transport = ServerState(), MemoryTransport()
        loop = asyncio.get_running_loop()
        protocol = GuardedProtocol(self._config, state, {}, loop, connections=self._connections)
        protocol.connection_made(transport)
        for piece in pieces:
            for _ in range(TURNS if not transport.reading else 1):
                await asyncio.sleep(0)
            if transport.closing or not transport.reading:
                break
            protocol.data_received(piece)
        for _ in range(TURNS * 4):
            await asyncio.sleep(0)
        conversation.closed = transport.closing or transport.ended
        protocol.connection_lost(None)
        await asyncio.gather(*state.tasks)
        conversation.answers = bytes(transport.written)
        return conversation

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, query = scope["raw_path"], scope["query_string"]
        request = RanRequest(method=scope["method"], path=path, query=query, headers=scope["headers"])
        self._conversation.ran.append(request)
        if b"fail" in path:
            raise RuntimeError("as asked")
        while b"early" not in path and not request.whole:
            message: Any = await receive()
            if message["type"] == "http.disconnect":
                return
            request.body += message["body"]
            request.whole = not message["more_body"]
        last = [(b"connection", b"close")] if b"last" in path else []
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2"), *last]})
        await send({"type": "http.response.body", "body": b"ok", "more_body": False})
