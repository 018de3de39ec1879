from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from fastapi.responses import Response

from serving.errors import (
    KeyRequired,
    Overloaded,
    RequestInvalid,
    ServingError,
    StoreUnavailable,
    UploadTimedOut,
)
from serving.http.problems import answer_error, answer_touchstone_error, internal_problem
from serving.monitoring.request_id import current_request_id
from tests.serving.servers.running import Running
from vision.errors import ConfigError, NoReadablePhoto, PhotoTruncated, TouchstoneError


def content_of(response: Response) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bytes(response.body))
    return content


def answer(error: TouchstoneError) -> Response:
    return asyncio.run(answer_touchstone_error(None, error))  # type: ignore[arg-type]  # the request is not used


def test_a_problem_has_the_members_of_rfc_9457_a_code_and_the_request_id() -> None:
    token = current_request_id.set("r-1")
    try:
        response = answer_error(Overloaded("the queue is full", retry_after_s=7))
    finally:
        current_request_id.reset(token)
    assert response.media_type == "application/problem+json"
    assert content_of(response) == {
        "type": "urn:touchstone:problem:overloaded", "title": Overloaded.title, "status": 503,
        "detail": "the queue is full", "code": "overloaded", "request_id": "r-1", "errors": [],
    }  # fmt: skip
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (Overloaded("x", retry_after_s=7), "retry-after", "7"),
        (KeyRequired("x"), "www-authenticate", 'Bearer realm="touchstone"'),
        (UploadTimedOut("x"), "connection", "close"),
    ],
)
def test_an_answer_has_the_headers_that_its_status_asks_for(error: ServingError, header: str, value: str) -> None:
    assert answer_error(error).headers[header] == value


def test_each_invalid_field_is_listed() -> None:
    error = RequestInvalid("two fields are wrong", [("a", "missing"), ("b", "unknown")])
    assert content_of(answer_error(error))["errors"] == [
        {"code": "request_invalid", "message": "missing", "field": "a"},
        {"code": "request_invalid", "message": "unknown", "field": "b"},
    ]


def test_the_code_of_a_single_photo_is_that_of_the_problem_and_several_are_listed() -> None:
    cut = PhotoTruncated("it ends early")
    one = content_of(answer(NoReadablePhoto("none", ((0, cut),))))
    two = content_of(answer(NoReadablePhoto("none", ((0, cut), (1, cut)))))
    assert (one["status"], one["code"], one["detail"]) == (422, "photo_truncated", "it ends early")
    assert (two["status"], two["code"]) == (422, "no_readable_photo")
    assert [error["photo"] for error in two["errors"]] == [0, 1]


def test_the_cause_of_an_unavailable_store_is_logged_and_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    error = StoreUnavailable("the database does not answer")
    error.__cause__ = OSError("/srv/secret is full")
    assert "secret" not in bytes(answer(error).body).decode()
    assert "secret" in caplog.text


def test_an_error_that_is_not_for_callers_is_answered_as_an_internal_one(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = answer(ConfigError("store: /srv/secret"))
    assert content_of(response) == content_of(internal_problem())
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("PUT", "/v1/bundles", 405, "method_not_allowed"),
        ("GET", "/v1/checks?limit=0", 422, "request_invalid"),
    ],
)
def test_errors_of_the_framework_are_problems_too(
    server: Running, method: str, path: str, status: int, code: str
) -> None:
    response = server.http.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert "x-problem-code" not in response.headers
