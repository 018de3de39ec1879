"""The id that ties an answer to its log lines: taken from `X-Request-ID` when it is tame, else made here."""

from __future__ import annotations

import contextvars
import re
import secrets

HEADER = b"x-request-id"
_TAME = re.compile(rb"[A-Za-z0-9._:\-]{1,64}")  # fit to be put in a log line as it is

current_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


def request_id_of(headers: list[tuple[bytes, bytes]]) -> str:
    """Give the caller's request id if it is short and plain, else a new one."""
    for name, value in headers:
        if name == HEADER and _TAME.fullmatch(value):
            return value.decode("ascii")
    return secrets.token_hex(8)
