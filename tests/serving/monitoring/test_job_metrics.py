from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from serving.monitoring.job_metrics import JobMetrics


def test_lines_are_counted_by_what_came_of_them_and_what_is_left_is_shown() -> None:
    registry = CollectorRegistry()
    metrics = JobMetrics(registry)
    for result in ("genuine", "genuine", "parked"):
        metrics.count_line(result)
    metrics.show_backlog(jobs=2, lines_waiting=300, oldest_s=61.5)
    text = generate_latest(registry).decode()
    assert 'touchstone_job_lines_total{result="genuine"} 2.0' in text
    assert 'touchstone_job_lines_total{result="parked"} 1.0' in text
    assert "touchstone_jobs_unfinished 2.0" in text
    assert "touchstone_job_lines_waiting 300.0" in text
    assert "touchstone_job_oldest_seconds 61.5" in text
