"""Every error as `application/problem+json` (RFC 9457): a stable code, what to change, and the request id."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from serving.errors import (
    ContentEncodingUnsupported,
    RequestInvalid,
    ServingError,
    StoreUnavailable,
    Unavailable,
    UploadTimedOut,
)
from serving.fetch.errors import TEMPORARY_CODES
from serving.monitoring.request_id import current_request_id
from serving.schemas.checks import FieldFault, Problem
from serving.schemas.faults import words_of
from vision.errors import CheckError, NoReadablePhoto, PhotoError, TouchstoneError

MEDIA_TYPE = "application/problem+json"
CODE_HEADER = b"x-problem-code"  # what RequestLogging counts; it does not leave the server
log = logging.getLogger("touchstone.serving")
Handler = Callable[[Request, Exception], Awaitable[Response]]  # each is called with the class that it was added for
_ROUTING_CODES = {404: "not_found", 405: "method_not_allowed"}


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    app.add_exception_handler(TouchstoneError, cast(Handler, answer_touchstone_error))
    app.add_exception_handler(RequestValidationError, cast(Handler, _answer_validation_error))
    app.add_exception_handler(HTTPException, cast(Handler, _answer_http_exception))


def problem_response(
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: list[FieldFault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build one problem answer."""
    problem = Problem(
        type=f"urn:touchstone:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        request_id=current_request_id.get(),
        errors=errors or [],
    )
    return ProblemResponse(problem.model_dump(exclude_none=True), status_code=status, headers=dict(headers or {}))


class ProblemResponse(JSONResponse):
    """A JSON answer whose code the metrics can read."""

    media_type = MEDIA_TYPE

    def __init__(self, content: dict[str, Any], status_code: int, headers: dict[str, str]) -> None:
        super().__init__(content, status_code, headers)
        self.headers["Cache-Control"] = "no-store"
        self.headers[CODE_HEADER.decode()] = content["code"]


def internal_problem() -> Response:
    """The answer to an unforeseen error, without internal details."""
    return problem_response(
        status=500,
        code="internal",
        title="Internal error",
        detail="Something went wrong here, not in your request; the log has it under this request id.",
    )


def answer_error(error: ServingError) -> Response:
    """The answer to one of serving's own errors."""
    return problem_response(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.message,
        errors=_field_faults(error),
        headers=_headers_of(error),
    )


async def answer_touchstone_error(_: Request, error: TouchstoneError) -> Response:
    """The answer to any TouchstoneError."""
    if isinstance(error, NoReadablePhoto):
        return _answer_no_readable_photo(error)
    if isinstance(error, StoreUnavailable) and error.__cause__ is not None:
        log.error("%s: %s", error.code, error.__cause__)
    if isinstance(error, ServingError):
        return answer_error(error)
    if isinstance(error, (PhotoError, CheckError)):
        return problem_response(status=422, code=error.code, title="The check was refused", detail=error.message)
    log.error("unexpected %s: %s", error.code, error, exc_info=error)
    return internal_problem()


def _answer_no_readable_photo(error: NoReadablePhoto) -> Response:
    """Each photo's fault; the code of a single photo's fault is the problem's own."""
    faults = [
        FieldFault(code=fault.code, message=fault.message, photo=index, temporary=fault.code in TEMPORARY_CODES)
        for index, fault in error.errors
    ]
    alone = faults[0] if len(faults) == 1 else None
    return problem_response(
        status=422,
        code=alone.code if alone else error.code,
        title="No photo could be read",
        detail=alone.message if alone else error.message,
        errors=faults,
    )


async def _answer_validation_error(_: Request, error: RequestValidationError) -> Response:
    fields = [(".".join(str(step) for step in fault["loc"][1:]), words_of(fault)) for fault in error.errors()]
    shown = "; ".join(f"{field}: {message}" for field, message in fields[:3])
    return await answer_touchstone_error(_, RequestInvalid(shown, fields))


async def _answer_http_exception(request: Request, error: HTTPException) -> Response:
    phrase = HTTPStatus(error.status_code).phrase
    details = {
        404: "There is nothing at this address; docs/http-api.md and /docs list what there is.",
        405: "This address does not take this method; the Allow header lists those it takes.",
    }
    headers = dict(error.headers or {})
    if "Allow" in headers:  # of the first route of this address that was asked: others may take other methods
        headers["Allow"] = ", ".join(_methods_of_address(request))
    return problem_response(
        status=error.status_code,
        code=_ROUTING_CODES.get(error.status_code, f"http_{error.status_code}"),
        title=phrase,
        detail=details.get(error.status_code, str(error.detail)),
        headers=headers,
    )


def _methods_of_address(request: Request) -> list[str]:
    """Give the methods that some route takes at this address, HEAD with GET: RequestLogging answers it there."""
    taken = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    return ["GET", "HEAD", *taken[1:]] if "GET" in taken else taken


def _field_faults(error: ServingError) -> list[FieldFault]:
    if not isinstance(error, RequestInvalid):
        return []
    return [FieldFault(code=error.code, message=message, field=field) for field, message in error.errors]


def _headers_of(error: ServingError) -> dict[str, str]:
    if isinstance(error, Unavailable):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, UploadTimedOut):
        return {"Connection": "close"}  # the rest of the body may never come
    if isinstance(error, ContentEncodingUnsupported):
        return {"Accept-Encoding": "identity"}  # RFC 9110, 15.5.16
    return {"WWW-Authenticate": 'Bearer realm="touchstone"'} if error.status == 401 else {}
