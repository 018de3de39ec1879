"""Around the app: request id, one log line and metrics a request, HEAD, and the handler of unforeseen errors."""

from __future__ import annotations

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.audit_log.source import current_source
from serving.compute.deadline import CallerLeft
from serving.http.problems import CODE_HEADER, internal_problem
from serving.monitoring.metrics import UNMATCHED, Metrics
from serving.monitoring.request_id import HEADER, current_request_id, request_id_of
from serving.monitoring.tracing import Tracing, end_request

log = logging.getLogger("touchstone.access")
CLIENT_CLOSED_REQUEST = 499  # nginx's status for a caller that left before the answer
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestLogging:
    """Wraps the app; every HTTP answer has an `X-Request-ID`, also the answer to an unforeseen error."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing | None) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        if method == "HEAD":  # answered as GET is; the server leaves out the body
            scope = {**scope, "method": "GET"}
        response = _Response(request_id_of(scope["headers"]), send)
        token = current_request_id.set(response.request_id)
        client = scope.get("client")
        source = current_source.set((client[0] if client else None, response.request_id))
        start = time.perf_counter()
        self._metrics.begin_request()
        try:
            if self._tracing is None:
                await self._answer(scope, receive, response)
            else:
                await self._answer_traced(self._tracing, method, scope, receive, response)
        finally:
            self._note(method, scope, response, time.perf_counter() - start)
            current_request_id.reset(token)
            current_source.reset(source)

    async def _answer_traced(
        self, tracing: Tracing, method: str, scope: Scope, receive: Receive, response: _Response
    ) -> None:
        with tracing.request(scope["headers"], method=method) as span:
            await self._answer(scope, receive, response)
            end_request(
                span,
                method=method,
                route=_route_of(scope),
                status=response.status or CLIENT_CLOSED_REQUEST,
                request_id=response.request_id,
                code=response.code,
            )

    async def _answer(self, scope: Scope, receive: Receive, response: _Response) -> None:
        try:
            await self._app(scope, receive, response.send)
        except (ClientDisconnect, CallerLeft):
            response.status = CLIENT_CLOSED_REQUEST
        except Exception:  # the only handler of unforeseen errors: the server goes on
            log.exception("unforeseen error")
            if response.status is None:
                await internal_problem()(scope, receive, response.send)
            # An answer that has started is cut off: the server closes the connection, since its length does not add up.

    def _note(self, method: str, scope: Scope, response: _Response, seconds: float) -> None:
        route = _route_of(scope)
        status = response.status or CLIENT_CLOSED_REQUEST
        self._metrics.end_request(method=method, route=route, status=status, seconds=seconds, code=response.code)
        fields = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        line = f"{method} {route} {status} in {fields['ms']} ms"
        if response.code is not None:
            fields["code"] = response.code
            line += f" [{response.code}]"
        log.info(line, extra={"fields": fields})


class _Response:
    """One answer on its way out: its status and problem code are read, and the headers of every answer added."""

    __slots__ = ("_send", "code", "request_id", "status")

    def __init__(self, request_id: str, send: Send) -> None:
        self._send = send
        self.request_id = request_id
        self.status: int | None = None
        self.code: str | None = None

    async def send(self, message: Message) -> None:
        """Pass a message on; see ASGI's `http.response.start`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = []
            for name, value in message.get("headers", []):
                if name == CODE_HEADER:
                    self.code = value.decode("ascii")
                    continue
                headers.append((name, value))
            headers.append((HEADER, self.request_id.encode("ascii")))
            if not any(name == b"x-content-type-options" for name, _ in headers):
                headers.append((b"x-content-type-options", b"nosniff"))
            message = {**message, "headers": headers}
        await self._send(message)


def _route_of(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", UNMATCHED))
