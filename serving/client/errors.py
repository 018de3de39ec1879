"""The errors of the client, and how an answer becomes one.

ClientError
 ├─ ProblemAnswered    the server answered with a problem: act on `code`, show `detail`
 │   ├─ KeyRefused     401, 403: the key is missing, wrong, expired, or lacks a scope; no call will succeed
 │   ├─ TryLater       429, 502, 503, 504, 409 while the first call runs, 422 where no photo could be fetched for now:
 │   │                 all attempts were refused; send it later
 │   ├─ ServerFault    another 5xx: a fault of the server; report `request_id`
 │   └─ RequestRefused another status: this request will never succeed; `errors` names its fields and photos
 ├─ UnreadableAnswer   a success whose body is not the API's, such as the login page of a proxy
 └─ Unreachable        no attempt was answered
"""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from pydantic import ValidationError

from serving.schemas.checks import FieldFault, Problem

TEMPORARY = frozenset({429, 502, 503, 504})
IN_PROGRESS = "idempotency_in_progress"


class ClientError(Exception):
    """A call without a result."""


class ProblemAnswered(ClientError):
    """The server answered with a problem; `code` is stable, and `request_id` is that of the server's log lines."""

    def __init__(
        self, *, status: int, code: str, detail: str, request_id: str | None, errors: Sequence[FieldFault] = ()
    ) -> None:
        super().__init__("; ".join([f"{status} [{code}] {detail}", *map(_fault_text, errors)]))
        self.status = status
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.errors = tuple(errors)


class KeyRefused(ProblemAnswered):
    """The API key is missing, wrong, expired or revoked, or it lacks the scope that this call needs."""


class RequestRefused(ProblemAnswered):
    """This request is wrong or names what is not there; sent again unchanged it gets the same answer."""


class TryLater(ProblemAnswered):
    """The server refused every attempt for now; nothing was done, and the same call may succeed later."""


class ServerFault(ProblemAnswered):
    """The server failed by a fault of its own; its log has the reason under `request_id`."""


class UnreadableAnswer(ClientError):
    """The answer is no answer of this API, such as a page that a proxy put in its place."""


class Unreachable(ClientError):
    """The server did not answer."""


def problem_of(response: httpx.Response) -> ProblemAnswered:
    """Read a problem answer; another answer, such as a proxy's page, gets the code `http_<status>`."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        code = f"http_{response.status_code}"
        return _kind(response.status_code, code, ())(
            status=response.status_code,
            code=code,
            detail=f"the answer is not a problem document: {response.text[:200]}",
            request_id=response.headers.get("x-request-id"),
        )
    return _kind(problem.status, problem.code, problem.errors)(
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        request_id=problem.request_id,
        errors=problem.errors,
    )


def _kind(status: int, code: str, errors: Sequence[FieldFault]) -> type[ProblemAnswered]:
    if status in (401, 403):
        return KeyRefused
    if status in TEMPORARY or code == IN_PROGRESS or any(fault.temporary for fault in errors):
        return TryLater
    return ServerFault if status >= 500 else RequestRefused


def _fault_text(fault: FieldFault) -> str:
    place = f"photo {fault.photo}" if fault.field is None else fault.field
    return f"{place}: [{fault.code}] {fault.message}"
