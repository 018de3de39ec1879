"""Checks: judge a listing, read it back, delete it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, TypeAdapter, ValidationError

from serving.compute.deadline import Deadline
from serving.errors import RequestInvalid
from serving.http.check_body import read_check
from serving.principal import Principal
from serving.routes.auth import identify_caller, require, require_scope
from serving.routes.later import create_later, prefers_async
from serving.routes.openapi.contract import CHECK_BODY, answer_of, optional_header, problems
from serving.routes.openapi.described_route import DescribedRoute
from serving.routes.openapi.known_query import refuse_unknown_query
from serving.schemas.checks import Answered, Check, CheckRecord, PhotoAnswer
from serving.schemas.faults import words_of
from serving.services import services_of, store_of

router = APIRouter(prefix="/v1/checks", tags=["checks"])
AnyCheck = TypeVar("AnyCheck", bound=Check)
REQUEST_TIMEOUT = TypeAdapter[float](Annotated[float, Field(gt=0, allow_inf_nan=False)])


async def create_check(request: Request) -> Response:
    """Judge 1 to 12 photos of one item; the answer is stored before it is sent."""
    services = services_of(request)
    caller = await identify_caller(request, services.authenticator)
    if "check" not in caller.scopes:
        require_scope(caller, "check")
    if request.scope["query_string"]:
        refuse_unknown_query(request)
    deadline = Deadline(_request_timeout_s(request))
    with services.rate_limiter.hold(caller.rate_key):
        if "prefer" in request.headers and services.jobs is not None and prefers_async(request):
            sent = await read_check(request, max_bytes=services.max_request_bytes, timeout_s=services.upload_timeout_s)
            return await create_later(request, sent, services=services, jobs=services.jobs, caller=caller)
        services.compute.refuse_overload(deadline)  # before the body is read: a refusal costs next to nothing
        async with deadline.enforced():
            sent = await read_check(request, max_bytes=services.max_request_bytes, timeout_s=services.upload_timeout_s)
        services.compute.refuse_overload(deadline)  # others came while the body arrived
        with _watch_connection(request, deadline):
            answer = await services.checks.check(
                caller, sent, key=request.headers.get("idempotency-key"), deadline=deadline
            )
    check = with_root_path(answer.check, request)
    return _json(check, {"Idempotency-Replayed": "true"} if answer.replayed else {})


def _request_timeout_s(request: Request) -> float | None:
    """Read `Request-Timeout`; raises RequestInvalid."""
    sent = request.headers.get("request-timeout")
    if sent is None:
        return None
    try:
        return REQUEST_TIMEOUT.validate_python(sent)
    except ValidationError as error:
        field, message = "request-timeout", words_of(error.errors()[0])
        raise RequestInvalid(f"{field}: {message}", [(field, message)]) from error


@contextlib.contextmanager
def _watch_connection(request: Request, deadline: Deadline) -> Iterator[None]:
    """Let the deadline know when the caller closes the connection while this block runs; its body was read."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        deadline.set_caller_left()

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()


LATER: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "Stored, to be judged later, as `Prefer: respond-async` asks; the check will be at `Location`.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}},
        "headers": {
            name: {"description": description, "schema": {"type": "string"}}
            for name, description in {
                "Location": "Address of the check: 202 until it is judged.",
                "Preference-Applied": "`respond-async`.",
            }.items()
        },
    }
}
# A plain route: FastAPI's dependencies and response models take a fifth of a check's time on the event loop.
create_check_route = DescribedRoute(
    "/v1/checks",
    create_check,
    methods=["POST"],
    scope="check",
    operation={
        "tags": ["checks"],
        "summary": "Judge a listing by its photos",
        "description": create_check.__doc__,
        "operationId": "create_check",
        "parameters": [
            optional_header("Idempotency-Key", {"type": "string"}, "Makes a retry safe for 24 hours; send a UUID."),
            optional_header(
                "Request-Timeout",
                REQUEST_TIMEOUT.json_schema(),
                "Seconds after which nobody waits for the answer.",
            ),
            optional_header(
                "Prefer",
                {"type": "string"},
                "`respond-async` (RFC 7240): answer 202 once the check is stored, and judge it later.",
            ),
        ],
        **CHECK_BODY,
        "responses": {**answer_of(Check), **LATER, **problems(400, 401, 408, 409, 413, 415, 422, 429, 503, 504)},
    },
)


@router.get(
    "/{check_id}", response_model=CheckRecord, responses=problems(401, 404, 422, 503), summary="Read a check back"
)
async def get_check(
    request: Request, check_id: str, caller: Annotated[Principal, Depends(require("read"))]
) -> Response:
    """Give a stored check exactly as it was answered, with what was sent and its reviews."""
    return _json(with_root_path(await store_of(request).check_rows.find(caller, check_id), request))


@router.delete("/{check_id}", status_code=204, responses=problems(401, 404, 422, 503), summary="Delete a check")
async def delete_check(
    request: Request, check_id: str, caller: Annotated[Principal, Depends(require("admin"))]
) -> Response:
    """Delete a check, its reviews, and those of its photos that no other check shows.

    A member's key deletes what keys of that member sent.
    """
    await store_of(request).delete_one(caller, check_id)
    return Response(status_code=204)


def with_root_path(check: AnyCheck, request: Request) -> AnyCheck:
    """Give a check with the addresses that callers can open; kept checks have them without the root path."""
    root: str = request.scope.get("root_path", "")
    if not root:
        return check
    photos = [photo.model_copy(update=_addresses(photo, root)) for photo in check.photos]
    return check.model_copy(update={"photos": photos})


def _addresses(photo: PhotoAnswer, root: str) -> dict[str, str]:
    urls = {"evidence_url": photo.evidence_url, "outline_url": photo.outline_url}
    return {name: root + url for name, url in urls.items() if url is not None}


def _json(model: Answered, headers: dict[str, str] | None = None) -> Response:
    """Send a model as it dumps, without a second pass through it: the stored text and the answer are the same."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(model.model_dump_json(), media_type="application/json", headers=sent)
