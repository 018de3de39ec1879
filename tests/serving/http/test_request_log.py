from __future__ import annotations

import logging

import httpx
import pytest

from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.servers.running import Running


@pytest.mark.parametrize("path", ["/healthz", "/v1/bundles", "/v1/checks/nope", "/nowhere", "/", "/metrics"])
def test_every_answer_carries_a_request_id_and_no_sniffing(server: Running, path: str) -> None:
    first, second = (server.http.get(path) for _ in range(2))
    assert len(first.headers["x-request-id"]) == 16
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["x-content-type-options"] == "nosniff"


def test_the_callers_request_id_is_kept_when_it_is_tame(server: Running) -> None:
    assert server.http.get("/healthz", headers={"X-Request-ID": "a.b:c-1"}).headers["x-request-id"] == "a.b:c-1"
    for wild in ("x" * 65, "a b", '{"a":1}'):
        assert server.http.get("/healthz", headers={"X-Request-ID": wild}).headers["x-request-id"] != wild


def test_an_unforeseen_error_is_a_problem_that_tells_nothing_of_the_inside(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret path: /srv/secret")

    (detector,) = server.services.bundles.detectors
    monkeypatch.setattr(detector, "decide_listing", fail)
    with caplog.at_level(logging.ERROR):
        response = server.check(jpeg())
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert "secret" not in response.text
    assert "ZeroDivisionError" not in response.text
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert server.check(jpeg()).status_code == 200


def metric(server: Running, line: str) -> float:
    for found in server.http.get("/metrics").text.splitlines():
        if found.startswith(line + " "):
            return float(found.rpartition(" ")[2])
    return 0.0


def test_metrics_count_requests_outcomes_problems_and_photos(server: Running) -> None:
    lines = {
        'touchstone_requests_total{method="POST",route="/v1/checks",status="200"}': 2,
        'touchstone_requests_total{method="POST",route="/v1/checks",status="422"}': 1,
        'touchstone_checks_total{bundle="tiny",outcome="genuine",product="toy",version="1"}': 1,
        'touchstone_checks_total{bundle="tiny",outcome="counterfeit",product="toy",version="1"}': 1,
        'touchstone_problems_total{code="photo_truncated"}': 1,
        'touchstone_photos_total{result="judged"}': 2,
        'touchstone_photos_total{result="photo_truncated"}': 2,
        'touchstone_check_stage_seconds_count{stage="judge"}': 3,
        'touchstone_check_stage_seconds_count{stage="store"}': 2,
    }
    before = {line: metric(server, line) for line in lines}
    server.check(jpeg(RED), truncated_jpeg())
    server.check(jpeg(BLUE))
    server.check(truncated_jpeg())
    assert {line: metric(server, line) - before[line] for line in lines} == lines
    assert metric(server, "touchstone_queue_depth") == 0
    assert 'touchstone_bundle_info{graph="fp32",name="tiny",sha256="' in server.http.get("/metrics").text


def test_addresses_that_callers_make_up_make_no_new_metric(server: Running) -> None:
    for path in ("/made-up-1", "/v1/made-up-2", "/v1/checks/made-up-3"):
        server.http.get(path)
    server.http.request("PURGE", "/v1/checks")
    assert "made-up" not in server.http.get("/metrics").text
    assert "PURGE" not in server.http.get("/metrics").text


def test_no_answer_names_what_runs_here(server: Running) -> None:
    for path in ("/healthz", "/nowhere", "/v1/checks/nope"):
        headers: httpx.Headers = server.http.get(path).headers
        assert "x-powered-by" not in headers
        assert "x-problem-code" not in headers
