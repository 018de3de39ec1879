"""Traces by OpenTelemetry: a span for each request with child spans for its steps, sent by OTLP/HTTP.

Tracing is off unless an endpoint is set. Spans hold routes, codes, outcomes and times: no photo, no metadata of one,
no key and no listing.
"""

from __future__ import annotations

import dataclasses
import importlib
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from vision.config.read import setting
from vision.errors import ConfigError
from vision.timings import Timing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

TRACES_PATH = "/v1/traces"
_TRACE_HEADERS = (b"traceparent", b"tracestate")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TracingSettings:
    """Whether and where traces are sent."""

    endpoint: str | None = setting(
        None,
        help="Address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://localhost:4318; not set: "
        "no traces. Needs the extra `telemetry`.",
    )
    service_name: str = setting("touchstone", help="Service name in the traces of this server.")
    sampled_share: float = setting(
        1.0, help="Share of requests to trace, 0 to 1; a caller's traceparent header takes precedence."
    )

    def __post_init__(self) -> None:
        if self.endpoint is not None and not self.endpoint.startswith(("http://", "https://")):
            raise ConfigError(f"endpoint: is {self.endpoint!r}; give an address such as http://localhost:4318")
        if not 0 <= self.sampled_share <= 1:
            raise ConfigError(f"sampled_share: lies between 0 and 1, got {self.sampled_share}")


class Tracing:
    """Makes spans and hands them to a processor."""

    def __init__(self, settings: TracingSettings, processor: SpanProcessor) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

        self._propagator = TraceContextTextMapPropagator()
        self._provider = TracerProvider(  # not the global provider: nothing else in this process is traced
            resource=Resource({"service.name": settings.service_name}),
            sampler=ParentBased(TraceIdRatioBased(settings.sampled_share)),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer: Tracer = self._provider.get_tracer("touchstone")

    def request(self, headers: Iterable[tuple[bytes, bytes]], *, method: str) -> AbstractContextManager[Span]:
        """The span of a request, a child of the caller's where a W3C traceparent names one."""
        return self._tracer.start_as_current_span(
            method,
            context=self._context_of(headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
            record_exception=False,  # its message may hold data of callers; the traceback is logged
            set_status_on_exception=False,
        )

    def span(self, name: str) -> AbstractContextManager[Span]:
        """A child span of the current one."""
        return self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def add_timings(self, photo: int, timings: Iterable[Timing]) -> None:
        """Add finished child spans of the current one, for the steps that a compute thread did."""
        to_wall_ns = time.time_ns() - time.perf_counter_ns()
        for timing in timings:
            span = self._tracer.start_span(
                timing.name, start_time=timing.start_ns + to_wall_ns, attributes={"touchstone.photo": photo}
            )
            span.end(timing.start_ns + timing.duration_ns + to_wall_ns)

    def add_outcome(self, *, product: str, outcome: str, bundle: str, version: str) -> None:
        """Set the verdict as attributes of the current span."""
        trace.get_current_span().set_attributes(
            {
                "touchstone.product": product,
                "touchstone.outcome": outcome,
                "touchstone.bundle": f"{bundle} {version}",
            }
        )

    def close(self) -> None:
        """Export the spans that are still queued."""
        self._provider.shutdown()

    def _context_of(self, headers: Iterable[tuple[bytes, bytes]]) -> Context:
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name in _TRACE_HEADERS}
        return self._propagator.extract(carrier, Context())


def end_request(span: Span, *, method: str, route: str, status: int, request_id: str, code: str | None) -> None:
    """Name a request's span by its route, and set its status and attributes."""
    if not span.is_recording():
        return
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.route": route, "http.response.status_code": status, "touchstone.request_id": request_id})
    if code is not None:
        span.set_attribute("touchstone.problem", code)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR, code))


def open_tracing(settings: TracingSettings) -> Tracing | None:
    """Open tracing as the settings say, None where it is off; raises ConfigError where the extra is missing."""
    return None if settings.endpoint is None else Tracing(settings, _exporting_processor(settings.endpoint))


def _exporting_processor(endpoint: str) -> SpanProcessor:
    try:
        exporting = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        processing = importlib.import_module("opentelemetry.sdk.trace.export")
    except ModuleNotFoundError as error:
        raise ConfigError(
            'telemetry.endpoint: traces need the extra "telemetry", which is not installed; pip install '
            '".[telemetry]" in the clone, or leave endpoint out'
        ) from error
    exporter = exporting.OTLPSpanExporter(endpoint=endpoint.rstrip("/") + TRACES_PATH)
    processor: SpanProcessor = processing.BatchSpanProcessor(exporter)
    return processor
