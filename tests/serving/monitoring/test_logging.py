from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from serving.monitoring.logging import JsonLines, TextLines, describe_exception
from serving.monitoring.request_id import current_request_id
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import files_of, run_in_process


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.01)


def test_json_log_lines_carry_the_request_id_and_nothing_of_the_caller(tiny_bundle: Path, tmp_path: Path) -> None:
    with (
        run_in_process(
            tmp_path, tiny_bundle, "log_format=json", environment={"TOUCHSTONE_API_KEY": "very-secret-key"}
        ) as (_, url),
        httpx.Client(base_url=url, headers={"Authorization": "Bearer very-secret-key"}) as http,
    ):
        response = http.post(
            "/v1/checks", files=files_of([jpeg()], {"listing_id": "private-id"}), headers={"X-Request-ID": "trace-1"}
        )
        assert response.headers["x-request-id"] == "trace-1"
        wait_for(lambda: '"request_id": "trace-1"' in (tmp_path / "log.txt").read_text())  # written after the answer
    log = (tmp_path / "log.txt").read_text()
    assert '"status": 200' in log
    assert "very-secret-key" not in log
    assert "private-id" not in log


def record(level: int = logging.INFO, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("touchstone.serving", level, __file__, 1, "took %d ms", (7,), None)
    made.created, made.msecs = 0.0, 25.0
    made.__dict__.update(more)
    return made


SECRET = "-".join(["private", "listing"])  # joined, since a traceback quotes the line that raises


def failed(*, suppressed: bool = False) -> BaseException:
    """An error with another behind it, both with the secret in their messages."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as behind:
            raise OSError(SECRET) from None if suppressed else behind
    except OSError as error:
        return error


def test_a_json_line_has_the_time_in_utc_the_request_id_and_the_fields() -> None:
    token = current_request_id.set("r-1")
    line = json.loads(JsonLines().format(record(fields={"status": 200})))
    current_request_id.reset(token)
    assert line == {
        "time": "1970-01-01T00:00:00.025Z", "level": "info", "logger": "touchstone.serving", "request_id": "r-1",
        "message": "took 7 ms", "status": 200,
    }  # fmt: skip


def test_a_text_line_has_time_level_request_id_and_message() -> None:
    line = TextLines().format(record(logging.WARNING))
    assert line == "1970-01-01T00:00:00.025Z warning - took 7 ms"


@pytest.mark.parametrize("formatter", [JsonLines(), TextLines()])
def test_an_exception_is_logged_with_its_cause_and_without_messages(formatter: logging.Formatter) -> None:
    error = failed()
    line = formatter.format(record(exc_info=(type(error), error, error.__traceback__)))
    assert line.index("builtins.KeyError") < line.index("builtins.OSError")
    assert "in failed" in line
    assert SECRET not in line


def test_a_suppressed_context_is_not_described() -> None:
    described = describe_exception(failed(suppressed=True))
    assert "builtins.OSError" in described
    assert "builtins.KeyError" not in described
