"""What operators watch, for Prometheus: a registry per app, so that two apps in one process don't mix."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from serving.schemas import BundleUsed, Check
from vision.verdict import PhotoJudgement

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNMATCHED = "unmatched"


class Metrics:
    """Counts and times; label values come from our own code and bundles, never from what callers send."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "touchstone_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._request_seconds = Histogram(
            "touchstone_request_seconds", "Time to answer.", ("route",), buckets=SECONDS, registry=self.registry
        )
        self._problems = Counter(
            "touchstone_problems", "Problems answered, by code.", ("code",), registry=self.registry
        )
        self._checks = Counter(
            "touchstone_checks", "Checks judged.", ("product", "outcome", "bundle", "version"), registry=self.registry
        )
        self._photos = Counter("touchstone_photos", "Photos judged or refused.", ("result",), registry=self.registry)
        self._stage_seconds = Histogram(
            "touchstone_check_stage_seconds",
            "Time of a check in each stage.",
            ("stage",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._queue_depth = Gauge(
            "touchstone_queue_depth", "Photos that wait for a compute thread.", registry=self.registry
        )
        self._shadow = Counter(
            "touchstone_shadow_checks", "Checks offered to a shadow bundle.", ("result",), registry=self.registry
        )
        self._connections = Gauge("touchstone_connections", "Connections that are open.", registry=self.registry)
        self._closed_connections = Counter(
            "touchstone_connections_closed", "Connections closed by the server.", ("reason",), registry=self.registry
        )
        self._bundle = Gauge(
            "touchstone_bundle_info",
            "1 for each bundle that serves.",
            ("name", "version", "sha256", "graph"),
            registry=self.registry,
        )

    def watch_queue(self, depth: Callable[[], int]) -> None:
        """Read the queue's depth whenever metrics are asked for."""
        self._queue_depth.set_function(depth)

    def show_bundles(self, bundles: Iterable[BundleUsed]) -> None:
        """Show these bundles as serving, and no others."""
        self._bundle.clear()
        for bundle in bundles:
            self._bundle.labels(bundle.name, bundle.version, bundle.sha256, bundle.graph).set(1)

    def count_shadow(self, result: str) -> None:
        """Count a check that was offered to a shadow: `judged`, `dropped` or `failed`."""
        self._shadow.labels(result).inc()

    def watch_connections(self, count: Callable[[], int]) -> None:
        """Read how many connections are open whenever metrics are asked for."""
        self._connections.set_function(count)

    def count_closed_connection(self, reason: str) -> None:
        """Count a connection that the server closed of its own."""
        self._closed_connections.labels(reason).inc()

    def count_request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; `route` is the path's template."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def count_problem(self, code: str) -> None:
        """Count a problem by its code."""
        self._problems.labels(code).inc()

    def count_check(self, check: Check) -> None:
        """Count a verdict."""
        self._checks.labels(check.product, check.outcome, check.bundle.name, check.bundle.version).inc()

    def count_photos(self, judgements: Sequence[PhotoJudgement]) -> None:
        """Count photos, the refused ones by their code."""
        for judgement in judgements:
            self._photos.labels("judged" if judgement.error is None else judgement.error.code).inc()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage of a check."""
        start = time.perf_counter()
        yield
        self._stage_seconds.labels(name).observe(time.perf_counter() - start)

    def as_text(self) -> bytes:
        """Give everything in Prometheus's text format."""
        return generate_latest(self.registry)
