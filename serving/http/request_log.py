"""The outermost layer: request id, one log line and one metric a request, and the one place that catches anything."""

from __future__ import annotations

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.compute.deadline import CallerLeft
from serving.http.problems import CODE_HEADER, internal_problem
from serving.monitoring.metrics import UNMATCHED, Metrics
from serving.monitoring.request_id import HEADER, current_request_id, request_id_of
from serving.monitoring.tracing import Tracing, end_request

log = logging.getLogger("touchstone.access")
CLIENT_GONE = 499  # nginx's number for a caller that left before the answer
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Border:
    """Wraps the app; every HTTP answer leaves with `X-Request-ID`, also the answer to an unforeseen error."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = Passage(request_id_of(scope["headers"]), send)
        token = current_request_id.set(passage.request_id)
        start = time.perf_counter()
        self._metrics.add_in_flight(1)
        try:
            with self._tracing.request(scope["headers"], method=_method_of(scope)) as span:
                await self._answer(scope, receive, passage)
                end_request(
                    span,
                    method=_method_of(scope),
                    route=_route_of(scope),
                    status=passage.status or CLIENT_GONE,
                    request_id=passage.request_id,
                    code=passage.code,
                )
        finally:
            self._metrics.add_in_flight(-1)
            self._note(scope, passage, time.perf_counter() - start)
            current_request_id.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, passage: Passage) -> None:
        try:
            await self._app(scope, receive, passage.send)
        except (ClientDisconnect, CallerLeft):
            passage.status = CLIENT_GONE
        except Exception:  # the border: whatever was not foreseen ends here, and the server goes on
            log.exception("unforeseen error")
            if passage.status is None:
                await internal_problem()(scope, receive, passage.send)
            # A started answer is cut off: the server closes the connection because its length does not add up.

    def _note(self, scope: Scope, passage: Passage, seconds: float) -> None:
        method, route = _method_of(scope), _route_of(scope)
        status = passage.status or CLIENT_GONE
        self._metrics.count_request(method=method, route=route, status=status, seconds=seconds)
        if passage.code is not None:
            self._metrics.count_problem(passage.code)
        fields = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        told = f"{method} {route} {status} in {fields['ms']} ms"
        if passage.code is not None:
            fields["code"] = passage.code
            told += f" [{passage.code}]"
        log.info(told, extra={"fields": fields})


class Passage:
    """An answer on its way out: notes status and problem code, and adds the headers that every answer has."""

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


def _method_of(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"


def _route_of(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", UNMATCHED))
