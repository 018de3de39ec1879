"""uvicorn's HTTP/1.1 protocol with limits, and with one reading of where each request begins and ends.

A request's head must arrive in time, a body that nobody reads must end, a reader must take its answer, and connections
beyond the limit are refused. The parser gets each head whole, checked and without Upgrade, and then its body alone.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable
from typing import Any, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from serving.errors import (
    HeadTimedOut,
    HeadTooLarge,
    HttpMalformed,
    MethodNotImplemented,
    ServingError,
    TooManyConnections,
)
from serving.http.connections import MAX_LINGERING, Connections
from serving.http.problems import CODE_HEADER, answer_error
from serving.http.request_head import (
    HEAD_END,
    MAX_HEAD_BYTES,
    body_length,
    check_request_line,
    check_start,
    without_upgrade,
)
from serving.monitoring.request_id import HEADER, current_request_id, request_id_of

LINGER_S = 5.0  # a client that was answered early may send for this long; closing at once could lose the answer
MAX_PIPELINED = 16  # requests that wait on one connection behind the current one
MIN_SENT_BYTES = 32 * 1024  # what a reader must take in each send_timeout_s
_EMPTY_LINES = re.compile(rb"(?:\r\n)*")


def guarded_protocol(connections: Connections) -> type[asyncio.Protocol]:
    """Give what uvicorn's `http` setting takes: something that is called as the class is."""
    return cast(type[asyncio.Protocol], functools.partial(GuardedProtocol, connections=connections))


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Times are the loop's; `_due` is when it is overdue, None while the app works on a request."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._guard = connections
        self._limits = connections.limits
        self._due: float | None = None
        self._head = bytearray()  # of a request whose head has not arrived in full
        self._feeding_head = False
        self._body_left: int | None = 0  # bytes until the next request, None while a body comes in chunks
        self._silent_bytes = 0  # that arrived in chunks since the last byte of a body: sizes, extensions, trailers
        self._running: RequestResponseCycle | None = None  # the latest that the app was called for
        self._discarding = False  # no other request is read: what still arrives is discarded until the client stops
        self._lingering = False
        self._send_due: float | None = None
        self._unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        if self._guard.admit(self):
            self._due = self.loop.time() + self._limits.head_timeout_s
        else:
            self._refuse(TooManyConnections("every connection of this server is in use; send the same again later"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.forget(self)
        if self._lingering:
            self._lingering = False
            self._guard.lingering -= 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser each head, then the body that it announces, and nothing of what follows."""
        in_head = bool(self._head)
        try:
            at = 0
            while at < len(data) and not self._discarding:
                at = self._feed_body(data, at) if self._body_left != 0 else self._feed_head(data, at)
        except ServingError as error:
            self._refuse(error)
        except httptools.HttpParserInvalidMethodError:
            self._refuse(MethodNotImplemented("the request's method is none that this server knows"))
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._refuse_malformed(error)
        if self._head and not in_head and self.cycle is not None and self.cycle.response_complete:
            self._due = self.loop.time() + self._limits.head_timeout_s

    def on_message_begin(self) -> None:
        if not self._feeding_head:
            raise _RequestBehindChunks
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        length = body_length(self.headers, self.parser.get_http_version())
        super().on_headers_complete()
        self.headers = []  # trailers are read into a list of their own: the app has this one
        self._body_left = length
        self._silent_bytes = 0
        self._due = None
        self._guard.set_busy(self)
        self.cycle.transport = cast(asyncio.Transport, _Outlet(self))
        if len(self.pipeline) > MAX_PIPELINED:
            self.transport.abort()

    def on_body(self, body: bytes) -> None:
        """As uvicorn's, without two copies: a single piece stays the bytes object that `receive` returns."""
        held = self.cycle.body
        if not held:
            self.cycle.body = cast(bytearray, b"")  # appended to an empty bytes object, a piece stays the same object
        elif isinstance(held, bytes):
            self.cycle.body = bytearray(held)  # small pieces may be many
        self._silent_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._body_left = 0
        if not self.cycle.keep_alive:  # asked by the client: nothing follows (RFC 9112, 9.6)
            self._discarding = True
        if self.cycle.response_complete:  # answered before its body had arrived
            self.cycle.more_body = False
            self._wait_for_request()

    def on_response_complete(self) -> None:
        has_next = bool(self.pipeline)
        super().on_response_complete()
        self._unset_keepalive_if_required()  # ours is not reset by every byte that arrives
        if has_next or self._discarding:
            return
        if self.cycle.more_body:
            self._due = self.loop.time() + LINGER_S
        else:
            self._wait_for_request()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._send_due = self.loop.time() + self._limits.send_timeout_s

    def resume_writing(self) -> None:
        super().resume_writing()
        self._send_due = None

    def close_if_overdue(self, now: float) -> None:
        """Close the connection if a time limit has passed."""
        if self._send_due is not None and now > self._send_due:
            self._check_reader(now)
        if self._due is None or now <= self._due:
            return
        if self._discarding or self.transport.is_closing():
            self.transport.abort()
        elif self._head:
            self._guard.count_closed("head_timed_out")
            self._refuse(HeadTimedOut(f"the request's head did not arrive within {self._limits.head_timeout_s:g} s"))
        else:
            self._guard.count_closed("idle")
            self._close()

    def evict(self) -> None:
        """Close in favour of another connection."""
        self.transport.abort()

    def finish(self) -> None:
        """Close after the last answer, so that it arrives.

        Closing a socket with unread data resets the connection, which may take the answer with it (RFC 9112, 9.6).
        """
        self.pipeline.clear()
        if self.cycle is None or not self.cycle.more_body:
            self._close()
            return
        self._discarding = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._due = self.loop.time() + LINGER_S

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _feed_head(self, data: bytes, at: int) -> int:
        """Take a head's bytes from `data[at:]`; when it is whole, check and parse it. Gives where the head ends."""
        if not self._head:  # RFC 9112, 2.2: empty lines before a request are skipped
            at = _EMPTY_LINES.match(data, at).end()  # type: ignore[union-attr]  # matches the empty string, too
        held = len(self._head)
        self._head += data[at : at + MAX_HEAD_BYTES]
        end = self._head.find(HEAD_END, max(0, held - len(HEAD_END) + 1))
        if end < 0:
            check_start(self._head)
            if len(self._head) >= MAX_HEAD_BYTES:
                self._guard.count_closed("head_too_large")
                raise HeadTooLarge(f"the request's head has more than {MAX_HEAD_BYTES} bytes")
            return len(data)
        size = end + len(HEAD_END)
        head = bytes(self._head[:size])
        self._head.clear()
        check_request_line(head)
        self._feeding_head = True
        self.parser.feed_data(without_upgrade(head))
        self._feeding_head = False
        return at + size - held

    def _feed_body(self, data: bytes, at: int) -> int:
        """Feed what of `data[at:]` belongs to the body; gives where that ends."""
        if self._body_left is None:
            self._silent_bytes += len(data) - at
            self.parser.feed_data(memoryview(data)[at:])
            if self._silent_bytes > MAX_HEAD_BYTES + len(data):
                raise HeadTooLarge(f"a chunk's extension, or the trailer, has more than {MAX_HEAD_BYTES} bytes")
            return len(data)
        end = min(len(data), at + self._body_left)
        self._body_left -= end - at
        self.parser.feed_data(memoryview(data)[at:end])
        return end

    def _wait_for_request(self) -> None:
        timeout_s = self._limits.head_timeout_s if self._head else self._limits.keep_alive_s
        self._due = self.loop.time() + timeout_s
        self._guard.set_idle(self)

    def _close(self) -> None:
        self.transport.close()  # what is still to be sent goes first, for a while
        self._due = self.loop.time() + LINGER_S

    def _check_reader(self, now: float) -> None:
        unsent = self.transport.get_write_buffer_size()
        if self._unsent - unsent < MIN_SENT_BYTES:
            self._guard.count_closed("slow_reader")
            self.transport.abort()
            return
        self._unsent = unsent
        self._send_due = now + self._limits.send_timeout_s

    def _refuse_malformed(self, error: Exception) -> None:
        """Refuse what the parser refused, or what our checks did while it parsed."""
        cause = error.__context__
        if isinstance(cause, _RequestBehindChunks):
            self._end_after(self.cycle)
        elif isinstance(cause, ServingError):
            self._refuse(cause)
        else:
            self._refuse(HttpMalformed(f"the bytes on this connection are not an HTTP/1.1 request: {error}"))

    def _end_after(self, last: RequestResponseCycle) -> None:
        """Read no other request, and close once this one is answered."""
        self._discarding = True
        last.keep_alive = False
        if last.response_complete:
            self._close()

    def _refuse(self, error: ServingError) -> None:
        """Answer without asking the app, as the last answer on this connection."""
        if self._discarding:  # answered before, for another fault of the same bytes
            return
        answered_first = self._last_whole()
        if answered_first is not None:
            self._end_after(answered_first)
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._guard.lingering >= MAX_LINGERING or (answering and self.cycle.response_started):
            self.transport.abort()
            return
        if answering:  # as when the body is malformed: to the app, the client has left
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._due = None
        self.transport.write(_problem(error))
        self._lingering = self._discarding = True
        self._guard.lingering += 1
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def _last_whole(self) -> RequestResponseCycle | None:
        """The request that has to be answered before a fault in what follows it could be; None where all are."""
        if self.pipeline and self.cycle.more_body:  # the fault is in its body, and the app has not been called
            self.pipeline.popleft()
            return self.pipeline[0][0] if self.pipeline else self._running
        waits = self.cycle is not None and not (self.cycle.response_complete or self.cycle.more_body)
        return self.cycle if waits else None


class _RequestBehindChunks(Exception):
    """A request arrived together with the end of another's chunks.

    Only llhttp knows where that end was, so the request's own bytes can't be checked. A client sends it again on a
    new connection, as it does with any request behind the last one (RFC 9112, 9.3.2).
    """


class _Outlet:
    """The transport of one answer: closing it lets the answer arrive first."""

    __slots__ = ("_protocol", "is_closing", "write")

    def __init__(self, protocol: GuardedProtocol) -> None:
        self._protocol = protocol
        self.write: Callable[[bytes], None] = protocol.transport.write
        self.is_closing: Callable[[], bool] = protocol.transport.is_closing

    def close(self) -> None:
        self._protocol.finish()


def _problem(error: ServingError) -> bytes:
    """A complete answer, with the same body and headers as one of the app's."""
    request_id = request_id_of([])
    token = current_request_id.set(request_id)
    response = answer_error(error)
    current_request_id.reset(token)
    lines = [STATUS_LINE[error.status]]
    headers = [(name, value) for name, value in response.raw_headers if name not in (CODE_HEADER, b"connection")]
    for name, value in [*headers, (HEADER, request_id.encode("ascii")), (b"connection", b"close")]:
        lines += [name, b": ", value, b"\r\n"]
    return b"".join([*lines, b"\r\n", bytes(response.body)])
