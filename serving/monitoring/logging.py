"""The format of log lines: text or JSON, each with the id of the request that it belongs to."""

from __future__ import annotations

import json
import logging
import time
import traceback
from typing import Literal

from serving.monitoring.request_id import current_request_id


def configure_logging(log_format: Literal["text", "json"]) -> None:
    """Send every log line of this process to standard error, each with the request id it belongs to."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("uvicorn.error", "alembic", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, request_id, message and the record's `fields`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _utc(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": current_request_id.get(),
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe_exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A line for people: time, level, request id, message."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_utc(record)} {record.levelname.lower():7} {current_request_id.get()} {record.getMessage()}"
        return f"{text}\n{describe_exception(record.exc_info[1])}" if record.exc_info and record.exc_info[1] else text


def describe_exception(error: BaseException) -> str:
    """Give the tracebacks and types of an exception and its causes, the last raised last.

    Messages are left out: those of libraries may quote arguments, which are photos, listings and keys.
    """
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = "" if cause is None else describe_exception(cause) + "\nthen\n"
    kind = type(error)
    return f"{before}{''.join(traceback.format_tb(error.__traceback__))}{kind.__module__}.{kind.__qualname__}"


def _utc(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z"
