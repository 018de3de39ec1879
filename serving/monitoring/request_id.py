"""The request id of an answer and its log lines: the caller's `X-Request-ID` where it is safe to log, or a new one."""

from __future__ import annotations

import contextvars
import re
import secrets

HEADER = b"x-request-id"
_SAFE = re.compile(rb"[A-Za-z0-9._:\-]{1,64}")  # may be put in a log line unescaped

current_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


def request_id_of(headers: list[tuple[bytes, bytes]]) -> str:
    """Give the caller's request id if it is safe to log, else a new one of 16 hex digits."""
    for name, value in headers:
        if name == HEADER and _SAFE.fullmatch(value):
            return value.decode("ascii")
    return secrets.token_hex(8)
