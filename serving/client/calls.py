"""The part that the sync and the async client share: calls, retries, and errors."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from serving.schemas.check_lists import DecisionWanted
from serving.schemas.checks import FieldFault, Outcome, Problem

WORTH_WAITING = frozenset({429, 502, 503, 504})
IN_PROGRESS = "idempotency_in_progress"


class ClientError(Exception):
    """A call without a result."""


class ProblemAnswered(ClientError):
    """The server answered with a problem; `code` is stable, and `request_id` is that of the server's log lines."""

    def __init__(
        self, *, status: int, code: str, detail: str, request_id: str | None, errors: Sequence[FieldFault] = ()
    ) -> None:
        super().__init__(f"{status} [{code}] {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.errors = tuple(errors)


class Unreachable(ClientError):
    """The server did not answer."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request; `repeatable` where it is idempotent."""

    method: str
    path: str
    repeatable: bool = True
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Sequence[tuple[str, tuple[str | None, bytes, str]]] | None = None

    def arguments(self) -> dict[str, Any]:
        """Give what httpx's `request` takes."""
        return {
            "method": self.method,
            "url": self.path,
            "headers": dict(self.headers),
            "params": dict(self.params) or None,
            "json": None if self.json is None else dict(self.json),
            "files": None if self.files is None else list(self.files),
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a call is sent, and the wait between: Retry-After where given, else exponential backoff with jitter."""

    attempts: int = 5
    first_wait_s: float = 0.25
    longest_wait_s: float = 30.0

    def wait_after_error(self, call: Call, error: httpx.TransportError, attempt: int) -> float:
        """Give the seconds to wait before the next attempt; raises Unreachable after the last one."""
        never_sent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
        if attempt >= self.attempts or not (call.repeatable or never_sent):
            raise Unreachable(
                f"{call.method} {call.path}: no answer after {attempt} attempts ({type(error).__name__}: {error})"
            ) from error
        return self._backoff_s(attempt)

    def wait_after_answer(self, call: Call, response: httpx.Response, attempt: int) -> float:
        """Give the seconds to wait before the next attempt; raises ProblemAnswered when retrying is useless."""
        problem = problem_of(response)
        temporary = response.status_code in WORTH_WAITING or problem.code == IN_PROGRESS
        if attempt >= self.attempts or not temporary:
            raise problem
        asked = response.headers.get("retry-after", "")
        if asked.isascii() and asked.isdigit():
            return min(float(asked), self.longest_wait_s)
        return self._backoff_s(attempt)

    def _backoff_s(self, attempt: int) -> float:
        longest = min(self.longest_wait_s, self.first_wait_s * 2.0 ** (attempt - 1))
        return longest * random.uniform(0.5, 1.0)  # jitter spreads the retries of several clients


def problem_of(response: httpx.Response) -> ProblemAnswered:
    """Read a problem answer; another answer, such as a proxy's page, gets the code `http_<status>`."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return ProblemAnswered(
            status=response.status_code,
            code=f"http_{response.status_code}",
            detail=f"the answer is not a problem document: {response.text[:200]}",
            request_id=response.headers.get("x-request-id"),
        )
    return ProblemAnswered(
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        request_id=problem.request_id,
        errors=problem.errors,
    )


def check_call(photos: Sequence[bytes], listing: Mapping[str, Any], idempotency_key: str, timeout_s: float) -> Call:
    """Send a check with its timeout, after which the server drops it."""
    files: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("listing", (None, json.dumps(listing).encode(), "application/json"))
    ]
    files += [("photos", (f"photo_{i}", data, "application/octet-stream")) for i, data in enumerate(photos)]
    headers = {"Idempotency-Key": idempotency_key, "Request-Timeout": f"{timeout_s:g}"}
    return Call(method="POST", path="/v1/checks", headers=headers, files=files)


def get_call(check_id: str) -> Call:
    """Read a check."""
    return Call(method="GET", path=_path(check_id))


def delete_call(check_id: str) -> Call:
    """Delete a check. Not repeatable: after a lost answer the second call would be answered 404."""
    return Call(method="DELETE", path=_path(check_id), repeatable=False)


def review_call(check_id: str, decision: str, note: str, idempotency_key: str) -> Call:
    """Add a review."""
    body = {"decision": decision, "note": note}
    headers = {"Idempotency-Key": idempotency_key}
    return Call(method="POST", path=f"{_path(check_id)}/review", headers=headers, json=body)


def withdrawal_call(check_id: str, review_id: int) -> Call:
    """Withdraw a review; sent again it changes nothing."""
    return Call(method="POST", path=f"{_path(check_id)}/review/withdrawal", json={"review_id": review_id})


def picture_call(check_id: str, index: int, part: str = "") -> Call:
    """Read a photo, its evidence or its crops."""
    return Call(method="GET", path=f"{_path(check_id)}/photos/{index}{part}")


class ListFilters(TypedDict, total=False):
    """The filters of GET /v1/checks; None filters nothing."""

    listing_id: str | None
    seller_id: str | None
    outcome: Outcome | None
    product: str | None
    decision: DecisionWanted | None
    since: str | None
    until: str | None
    reviewed: bool | None
    min_uncertainty: float | None
    queue: bool | None


def list_call(filters: ListFilters, *, sort: str, cursor: str | None) -> Call:
    """Read one page of the list."""
    return Call(method="GET", path="/v1/checks", params=_query({**filters, "sort": sort, "cursor": cursor}))


def counts_call(filters: ListFilters) -> Call:
    """Count the checks of a list."""
    return Call(method="GET", path="/v1/checks/counts", params=_query({**filters}))


def _query(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _path(check_id: str) -> str:
    return f"/v1/checks/{quote(check_id, safe='')}"
