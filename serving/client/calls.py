"""A call as it goes over the wire, and how often it is sent."""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import IO, Any
from urllib.parse import quote

import httpx

from serving.client.errors import ProblemAnswered, TryLater, Unreachable, problem_of
from serving.schemas.checks import utc_text

TOO_MANY_REQUESTS = 429
Chunks = Callable[[], Iterator[bytes]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; `repeatable` where it is idempotent.

    `timed` lets the server know how long this attempt waits. `chunks` gives a large body anew for each attempt, and
    `into` is the file that a large answer is written to.
    `waits_s` is how long the server may wait by itself before it answers, on top of the client's timeout.
    """

    method: str
    path: str
    repeatable: bool = True
    timed: bool = False
    waits_s: float = 0.0
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Sequence[tuple[str, tuple[str | None, bytes, str]]] | None = None
    chunks: Chunks | None = None
    into: IO[bytes] | None = None

    def arguments(self, timeout_s: float, content: Iterator[bytes] | AsyncIterator[bytes] | None) -> dict[str, Any]:
        """Give what httpx's `request` takes; `content` is one reading of the chunks."""
        headers = {**self.headers, "Request-Timeout": f"{timeout_s:g}"} if self.timed else dict(self.headers)
        return {
            "method": self.method,
            "url": self.path,
            "headers": headers,
            "params": dict(self.params) or None,
            "json": None if self.json is None else dict(self.json),
            "files": None if self.files is None else list(self.files),
            "content": content,
            "timeout": timeout_s + self.waits_s,
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a call is sent, and the wait between: Retry-After where given, else exponential backoff with jitter.

    `within_s` bounds the attempts and waits of one call together; None leaves that to `attempts`.
    """

    attempts: int = 5
    first_wait_s: float = 0.25
    longest_wait_s: float = 30.0
    within_s: float | None = None

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts is {self.attempts}; a call needs at least 1")
        if self.within_s is not None and not self.within_s > 0:
            raise ValueError(f"within_s is {self.within_s}; it must be above 0, or None for no limit")

    def left_s(self, spent_s: float, timeout_s: float) -> float:
        """Give the seconds that the next attempt may take."""
        return timeout_s if self.within_s is None else min(timeout_s, max(self.within_s - spent_s, 0.001))

    def wait_s(self, call: Call, answer: httpx.Response | httpx.RequestError, attempt: int, spent_s: float) -> float:
        """Give the seconds to wait before the next attempt; raises ClientError where there is none."""
        failure = problem_of(answer) if isinstance(answer, httpx.Response) else answer
        wait_s = self._backoff_s(attempt)
        if isinstance(answer, httpx.Response):
            wait_s = _retry_after_s(answer.headers.get("retry-after", ""), self.longest_wait_s, wait_s)
        in_time = self.within_s is None or spent_s + wait_s < self.within_s
        if attempt < self.attempts and in_time and _may_succeed_later(call, failure):
            return wait_s
        if isinstance(failure, ProblemAnswered):
            raise failure
        attempts = "1 attempt" if attempt == 1 else f"{attempt} attempts"
        cause = f"{type(failure).__name__}: {failure}"
        raise Unreachable(f"{call.method} {call.path}: no answer after {attempts} ({cause})") from failure

    def _backoff_s(self, attempt: int) -> float:
        longest = min(self.longest_wait_s, self.first_wait_s * 2.0 ** (attempt - 1))
        return longest * random.uniform(0.5, 1.0)  # jitter spreads the retries of several clients


def _may_succeed_later(call: Call, failure: ProblemAnswered | httpx.RequestError) -> bool:
    if isinstance(failure, ProblemAnswered):
        # Of the others a proxy may have sent the call on, or the store may have done it, before they failed.
        return isinstance(failure, TryLater) and (call.repeatable or failure.status == TOO_MANY_REQUESTS)
    if isinstance(failure, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)):  # the address or a header is wrong
        return False
    return call.repeatable or isinstance(failure, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))


def _retry_after_s(value: str, longest_s: float, otherwise_s: float) -> float:
    """Read the two forms of RFC 9110, 10.2.3: seconds, and a date, which proxies send."""
    if value.isascii() and value.isdigit():
        return min(float(value), longest_s)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # a number in it may be larger than a date can have
        return otherwise_s
    now = datetime.datetime.now(moment.tzinfo and datetime.UTC)
    return min(max(0.0, (moment - now).total_seconds()), longest_s)


def query(values: Mapping[str, object]) -> dict[str, str]:
    """Write parameters as the API reads them; None is left out, and a time without a zone is refused."""
    return {name: _text(name, value) for name, value in values.items() if value is not None}


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{name} is {value}, a time without a zone; pass one that has it, such as in UTC")
        return utc_text(value)
    return str(value)


def part(name: str) -> str:
    """Quote a name or an id for its place in a path."""
    return quote(name, safe="")
