"""The time by which this server dates what it does. A simulator of a year sets another."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator


def _system_time() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


# One for the process, and no part of the services: ids, audit entries and due times must follow the same time, and
# are made in places that know nothing of a server.
_source: Callable[[], datetime.datetime] = _system_time


def utc_now() -> datetime.datetime:
    """Give the time, aware and in UTC."""
    return _source()


@contextlib.contextmanager
def time_from(source: Callable[[], datetime.datetime]) -> Iterator[None]:
    """Take the time from `source`, which gives aware times in UTC, until the context ends."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
