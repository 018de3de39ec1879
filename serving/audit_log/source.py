"""Where a request came from, known to everything that runs for it."""

from __future__ import annotations

from contextvars import ContextVar

# The client's address (behind a trusted proxy that of its own client) and the request id; None outside of requests.
current_source: ContextVar[tuple[str | None, str] | None] = ContextVar("source", default=None)
