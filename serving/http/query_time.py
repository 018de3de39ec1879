"""Reads times that are sent in a query."""

from __future__ import annotations

import datetime

from serving.errors import RequestInvalid


def read_time(name: str, text: str) -> datetime.datetime:
    """Read a time as UTC; one without a zone is UTC. Raises RequestInvalid naming the parameter.

    A plus that the query turned into a space counts as one.
    """
    try:
        moment = datetime.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]!r} is not a time; write 2026-01-31 or 2026-01-31T12:00:00Z"
        raise RequestInvalid(f"{name}: {message}", [(name, message)]) from error
