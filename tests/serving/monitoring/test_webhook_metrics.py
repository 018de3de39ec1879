from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from serving.monitoring.webhook_metrics import WebhookMetrics


def test_attempts_are_counted_by_code_and_the_oldest_waiting_event_is_shown() -> None:
    registry = CollectorRegistry()
    metrics = WebhookMetrics(registry)
    for code in ("delivered", "delivered", "gone"):
        metrics.count_attempt(code)
    metrics.show_oldest_waiting(12.5)
    text = generate_latest(registry).decode()
    assert 'touchstone_webhook_attempts_total{code="delivered"} 2.0' in text
    assert 'touchstone_webhook_attempts_total{code="gone"} 1.0' in text
    assert "touchstone_webhook_oldest_waiting_seconds 12.5" in text
