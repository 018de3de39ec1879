"""Checks: judge a listing, read it back, list, delete."""

from __future__ import annotations

import base64
import binascii
import datetime
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from serving.compute.deadline import Patience
from serving.errors import CursorInvalid, RequestInvalid
from serving.http.check_body import read_check
from serving.routes.auth import limited_as, require_key
from serving.routes.contract import CHECK_BODY, problems
from serving.schemas.checks import Answered, Check, CheckPage, CheckRecord, Outcome
from serving.services import services_of, store_of
from serving.store.check_rows import CheckFilter

router = APIRouter(prefix="/v1/checks", tags=["checks"])


@router.post(
    "",
    response_model=Check,
    openapi_extra=CHECK_BODY,
    responses=problems(400, 401, 408, 409, 413, 415, 422, 429, 503, 504),
    summary="Judge a listing by its photos",
)
async def create_check(
    request: Request,
    caller: Annotated[str, Depends(require_key)],
    idempotency_key: Annotated[str | None, Header(description="Makes a retry safe for 24 hours; send a UUID.")] = None,
    request_timeout: Annotated[
        float | None, Header(gt=0, allow_inf_nan=False, description="Seconds after which nobody waits for the answer.")
    ] = None,
) -> Response:
    """Judge 1 to 12 photos of one item; the answer is stored before it is sent."""
    services = services_of(request)
    settings = services.settings
    patience = Patience.of(request, request_timeout)
    with services.admission.enter(limited_as(request, caller), patience):
        async with patience.within():
            sent = await read_check(request, max_bytes=settings.max_request_bytes, timeout_s=settings.upload_timeout_s)
        services.admission.refuse_hopeless(patience)  # others came in meanwhile
        answer = await services.checks.check(sent, key=idempotency_key, caller=caller, patience=patience)
    return _json(answer.check, {"Idempotency-Replayed": "true"} if answer.replayed else {})


@router.get("", response_model=CheckPage, responses=problems(401, 404, 422, 503), summary="List checks, newest first")
async def list_checks(
    request: Request,
    _: Annotated[str, Depends(require_key)],
    listing_id: Annotated[str | None, Query(max_length=200)] = None,
    outcome: Outcome | None = None,
    product: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[str | None, Query(description="RFC 3339 time, or a date, which starts at 00:00 UTC.")] = None,
    reviewed: Annotated[bool | None, Query(description="Only checks with a review, or only those without.")] = None,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Give one page of stored checks that match every filter given."""
    wanted = CheckFilter(
        listing_id=listing_id,
        outcome=outcome,
        product=product,
        since=None if since is None else _moment(since),
        reviewed=reviewed,
        before=None if cursor is None else _id_of_cursor(cursor),
    )
    found = await store_of(request).check_rows.find_page(wanted, limit + 1)
    page = found[:limit]
    more = len(found) > limit
    return _json(CheckPage(checks=page, next_cursor=_cursor_of_id(page[-1].check_id) if more else None))


@router.get(
    "/{check_id}", response_model=CheckRecord, responses=problems(401, 404, 422, 503), summary="Read a check back"
)
async def get_check(request: Request, check_id: str, _: Annotated[str, Depends(require_key)]) -> Response:
    """Give a stored check exactly as it was answered, with what was sent and its reviews."""
    return _json(await store_of(request).check_rows.find(check_id))


@router.delete("/{check_id}", status_code=204, responses=problems(401, 404, 422, 503), summary="Delete a check")
async def delete_check(request: Request, check_id: str, _: Annotated[str, Depends(require_key)]) -> Response:
    """Delete a check, its reviews, and those of its photos that no other check shows."""
    await store_of(request).delete_one(check_id)
    return Response(status_code=204)


def _json(model: Answered, headers: dict[str, str] | None = None) -> Response:
    """Send a model as it dumps, without a second pass through it: the stored text and the answer are the same."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(model.model_dump_json(), media_type="application/json", headers=sent)


def _moment(text: str) -> datetime.datetime:
    """Read a time as UTC; one without a zone is UTC, and a plus that the query turned into a space counts as one."""
    try:
        moment = datetime.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]!r} is no time; write 2026-01-31 or 2026-01-31T12:00:00Z"
        raise RequestInvalid(f"since: {message}", [("since", message)]) from error


def _cursor_of_id(check_id: str) -> str:
    return base64.urlsafe_b64encode(uuid.UUID(check_id).bytes).rstrip(b"=").decode()


def _id_of_cursor(cursor: str) -> str:
    try:
        return str(uuid.UUID(bytes=base64.urlsafe_b64decode(cursor + "==")))
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("cursor: this is none of ours; send next_cursor of the page before, unchanged") from error
