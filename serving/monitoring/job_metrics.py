"""Prometheus metrics of jobs: lines by what came of them, and what is left to do."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class JobMetrics:
    """Lines are those that this server judged; what is left is that of all servers of the store."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lines = Counter(
            "touchstone_job_lines", "Lines of jobs, by what a try ended with.", ("result",), registry=registry
        )
        self._unfinished = Gauge("touchstone_jobs_unfinished", "Jobs with lines left.", registry=registry)
        self._waiting = Gauge(
            "touchstone_job_lines_waiting", "Lines of jobs that have not begun, or are tried again.", registry=registry
        )
        self._oldest = Gauge(
            "touchstone_job_oldest_seconds",
            "Age of the oldest job with lines left; 0 where there is none.",
            registry=registry,
        )

    def count_line(self, result: str) -> None:
        """Count a try: an outcome, `parked` or `retried`."""
        self._lines.labels(result).inc()

    def show_backlog(self, *, jobs: int, lines_waiting: int, oldest_s: float) -> None:
        """Show what is left."""
        self._unfinished.set(jobs)
        self._waiting.set(lines_waiting)
        self._oldest.set(oldest_s)
