"""Prometheus metrics of webhooks: attempts by what came of them, and how long the oldest event waits."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class WebhookMetrics:
    """What this server delivers; the oldest waiting event is that of all servers of the store."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "touchstone_webhook_attempts", "Attempts at webhook deliveries.", ("code",), registry=registry
        )
        self._oldest = Gauge(
            "touchstone_webhook_oldest_waiting_seconds",
            "Age of the oldest event that waits for delivery; 0 where none waits.",
            registry=registry,
        )

    def count_attempt(self, code: str) -> None:
        """Count an attempt by its code, which is one of ours."""
        self._attempts.labels(code).inc()

    def show_oldest_waiting(self, seconds: float) -> None:
        """Show the age of the oldest waiting event."""
        self._oldest.set(seconds)
