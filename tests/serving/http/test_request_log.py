from __future__ import annotations

import logging

import httpx
import pytest

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


@pytest.mark.parametrize("path", ["/healthz", "/v1/bundles", "/v1/checks/nope", "/nowhere", "/", "/metrics"])
def test_every_answer_has_a_request_id_and_forbids_sniffing(server: Running, path: str) -> None:
    first, second = (server.http.get(path) for _ in range(2))
    assert len(first.headers["x-request-id"]) == 16
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["x-content-type-options"] == "nosniff"


def test_an_unexpected_error_is_a_problem_without_internals(
    server: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret path: /srv/secret")

    detector = server.services.bundles.slots[0].active.detector
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


def test_no_answer_names_the_software(server: Running) -> None:
    for path in ("/healthz", "/nowhere", "/v1/checks/nope"):
        headers: httpx.Headers = server.http.get(path).headers
        assert "x-powered-by" not in headers
        assert "x-problem-code" not in headers
