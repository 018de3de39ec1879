"""Prometheus metrics, in one registry per app, so that two apps in one process do not mix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from serving.monitoring.drift_metrics import DriftMetrics
from serving.monitoring.job_metrics import JobMetrics
from serving.monitoring.webhook_metrics import WebhookMetrics
from serving.schemas.checks import BundleUsed, Check
from vision.verdict import PhotoJudgement

STEP_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64)
UNMATCHED = "unmatched"


class Metrics:
    """Counts and times; label values come from our own code and bundles, never from what callers send.

    The metrics that each check counts are cached by their labels: prometheus_client's `labels` takes longer than the
    counting itself.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = _counter(registry, "touchstone_requests", "Requests answered.", "method", "route", "status")
        self._request_seconds = _histogram(registry, "touchstone_request_seconds", "Time to answer.", "route")
        self._problems = _counter(registry, "touchstone_problems", "Problems answered, by code.", "code")
        self._checks = _counter(
            registry,
            "touchstone_checks",
            "Checks judged, by what was answered; not how often it was right.",
            "product",
            "outcome",
            "bundle",
            "version",
        )
        self._photos = _counter(registry, "touchstone_photos", "Photos judged or refused.", "result")
        self._stage_seconds = _histogram(
            registry, "touchstone_check_stage_seconds", "Time of a check in each stage.", "stage"
        )
        self._step_seconds = _histogram(
            registry, "touchstone_photo_seconds", "Time of a photo in each step.", "hop", buckets=STEP_SECONDS
        )
        self._batch_photos = _histogram(
            registry,
            "touchstone_batch_photos",
            "How many photos were judged in the same run of the graph, once a photo.",
            buckets=BATCH_SIZES,
        )
        self._queue_depth = _gauge(registry, "touchstone_queue_depth", "Photos that wait for a compute thread.")
        self._shadow = _counter(registry, "touchstone_shadow_checks", "Checks offered to a shadow bundle.", "result")
        self._closed_connections = _counter(
            registry, "touchstone_connections_closed", "Connections closed by the server.", "reason"
        )
        self._busy_threads = _gauge(registry, "touchstone_compute_threads_busy", "Compute threads that work.")
        self._threads = _gauge(registry, "touchstone_compute_threads", "Compute threads.")
        self._connections = _gauge(registry, "touchstone_connections_open", "Connections of callers.")
        self._in_flight = _gauge(registry, "touchstone_requests_in_flight", "Requests not answered yet.")
        self._body_bytes = _gauge(
            registry,
            "touchstone_body_bytes_in_hand",
            "Body bytes of requests not answered yet, and of large answers on their way out.",
        )
        self._bundle = _gauge(
            registry, "touchstone_bundle_info", "1 for each bundle that serves.", "name", "version", "sha256", "graph"
        )
        self.drift = DriftMetrics(registry)
        self.jobs = JobMetrics(registry)
        self.webhooks = WebhookMetrics(registry)

    def watch_compute(self, *, threads: int, depth: Callable[[], int], busy: Callable[[], int]) -> None:
        """Read the queue and the threads at each scrape."""
        self._threads.set(threads)
        self._queue_depth.set_function(depth)
        self._busy_threads.set_function(busy)

    def watch_connections(self, count: Callable[[], int]) -> None:
        """Read the number of open connections at each scrape."""
        self._connections.set_function(count)

    def watch_body_bytes(self, held: Callable[[], int]) -> None:
        """Read the bytes of bodies held in memory at each scrape."""
        self._body_bytes.set_function(held)

    def show_bundles(self, bundles: Iterable[BundleUsed]) -> None:
        """Show these bundles as serving, and no others."""
        self._bundle.clear()
        for bundle in bundles:
            self._bundle.labels(bundle.name, bundle.version, bundle.sha256, bundle.graph).set(1)

    def count_shadow(self, result: str) -> None:
        """Count a check that was offered to a shadow: `judged`, `dropped` or `failed`."""
        self._shadow(result).inc()

    def count_closed_connection(self, reason: str) -> None:
        """Count a connection that the server closed, by its reason."""
        self._closed_connections(reason).inc()

    def begin_request(self) -> None:
        """Count a request in flight."""
        self._in_flight.inc()

    def end_request(self, *, method: str, route: str, status: int, seconds: float, code: str | None) -> None:
        """Count a request as answered, no longer in flight; `route` is the path's template, `code` a problem's."""
        self._in_flight.dec()
        self._requests(method, route, status).inc()
        self._request_seconds(route).observe(seconds)
        if code is not None:
            self._problems(code).inc()

    def count_check(self, check: Check) -> None:
        """Count a verdict."""
        self._checks(check.product, check.outcome, check.bundle.name, check.bundle.version).inc()

    def count_photos(self, judgements: Sequence[PhotoJudgement]) -> None:
        """Count photos, the refused ones by their code, with the time of each step and the size of their batch."""
        for judgement in judgements:
            self._photos("judged" if judgement.error is None else judgement.error.code).inc()
            if judgement.judged_together is not None:
                self._batch_photos().observe(judgement.judged_together)
            for timing in judgement.timings:
                self._step_seconds(timing.name).observe(timing.duration_ns / 1e9)

    def time_stage(self, name: str, seconds: float) -> None:
        """Observe the seconds that a stage of a check took."""
        self._stage_seconds(name).observe(seconds)

    def as_text(self) -> bytes:
        """Give everything in Prometheus's text format."""
        return generate_latest(self.registry)


def _counter(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Callable[..., Counter]:
    return cache(Counter(name, text, labels, registry=registry).labels)


def _gauge(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, registry=registry)


def _histogram(
    registry: CollectorRegistry, name: str, text: str, *labels: str, buckets: Sequence[float] = SECONDS
) -> Callable[..., Histogram]:
    histogram = Histogram(name, text, labels, buckets=buckets, registry=registry)
    return cache(histogram.labels if labels else lambda: histogram)
