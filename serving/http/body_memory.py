"""Bounds the bytes of bodies that one server holds at once: of requests, and of large answers on their way out.

Counted is what arrived, not what was announced: a client that announces much and sends nothing holds nothing.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.errors import MemoryFull
from serving.http.problems import answer_error

STREAMED = "touchstone.streamed_body"  # in the scope: whether the app keeps no piece of the body that it has taken
PIECE_BYTES = 64 * 1024  # uvicorn's high-water mark: the next piece waits until the client has taken the last one


class BodyMemory:
    """The bytes held now, of all requests together; used from the event loop alone."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.held = 0

    def take(self, count: int) -> None:
        """Hold more bytes; raises MemoryFull."""
        self.refuse_more(count)
        self.held += count

    def release(self, count: int) -> None:
        """Hold fewer bytes."""
        self.held -= count

    def refuse_more(self, count: int) -> None:
        """Raise MemoryFull where so many more bytes can't be held now."""
        if self.held + count > self.max_bytes:
            raise MemoryFull(
                f"{self.held} bytes of bodies are in memory and at most {self.max_bytes} may be (max_bytes_in_hand); "
                "send the same again later"
            )


class BodyMemoryLimit:
    """Wraps the app; what is held for a request is released when the request is over."""

    def __init__(self, app: ASGIApp, memory: BodyMemory) -> None:
        self._app = app
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._memory)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            self._memory.release(exchange.held)


class _Exchange:
    """One request and its answer."""

    __slots__ = ("_memory", "_receive", "_replaced", "_scope", "_send", "_start", "asked", "held")

    def __init__(self, scope: Scope, receive: Receive, send: Send, memory: BodyMemory) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._memory = memory
        self._start: MutableMapping[str, Any] | None = None
        self._replaced = False
        self.asked = False  # whether the app asked for the body, which makes uvicorn send `100 Continue`
        self.held = 0

    async def receive(self) -> Message:
        """Pass on a piece of the body; raises MemoryFull, before the first piece by the Content-Length.

        Of a body that the app streams, only the last piece is held.
        """
        streamed = self._scope.get(STREAMED, False)
        if streamed:
            self._memory.held -= self.held
            self.held = 0
        if not self.asked and not streamed:
            announced = Headers(scope=self._scope).get("content-length", "")
            if announced.isascii() and announced.isdigit():
                self._memory.refuse_more(int(announced))
        self.asked = True
        message = await self._receive()
        if message["type"] == "http.request":
            count = len(message.get("body", b""))
            self._memory.take(count)
            self.held += count
        return message

    async def send(self, message: Message) -> None:
        """Pass on a message; a large body is sent in pieces, each when the client has taken the one before."""
        if message["type"] == "http.response.start":
            self._start = message  # kept until it is known whether the body that follows can be held
            return
        if self._replaced:
            return
        body = message.get("body", b"")
        start, self._start = self._start, None
        if len(body) <= PIECE_BYTES:
            if start is not None:
                await self._send(self._closing_if_unasked(start))
            await self._send(message)
            return
        try:
            self._memory.take(len(body))
        except MemoryFull as error:
            if start is None:
                raise  # in the middle of a stream, which is cut off
            self._replaced = True
            await answer_error(error)(self._scope, self._receive, self._send)
            return
        self.held += len(body)
        if start is not None:
            await self._send(self._closing_if_unasked(start))
        view = memoryview(body)
        for offset in range(0, len(view), PIECE_BYTES):
            last = offset + PIECE_BYTES >= len(view)
            more = message.get("more_body", False) if last else True
            piece = bytes(view[offset : offset + PIECE_BYTES])
            await self._send({"type": "http.response.body", "body": piece, "more_body": more})

    def _closing_if_unasked(self, start: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Close after answering a client that waits for `100 Continue`.

        It may send the body all the same or leave it out (RFC 9110, 10.1.1), so what comes next is ambiguous.
        """
        if self.asked or Headers(scope=self._scope).get("expect", "").lower() != "100-continue":
            return start
        return {**start, "headers": [*start.get("headers", []), (b"connection", b"close")]}
