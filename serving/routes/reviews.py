"""Reviews: what a human decided on a check."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from serving.checks.idempotency import hash_key, make_review_claim
from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import json_body, problems
from serving.schemas.checks import Review, ReviewSent, WithdrawalSent
from serving.services import services_of, store_of

router = APIRouter(prefix="/v1/checks/{check_id}/review", tags=["reviews"])
MAX_REVIEW_BYTES = 64 * 1024


@router.post(
    "",
    status_code=201,
    openapi_extra=json_body(ReviewSent),
    responses=problems(400, 401, 404, 408, 413, 415, 422, 503),
    summary="Record a decision",
)
async def create_review(
    request: Request,
    response: Response,
    check_id: str,
    caller: Annotated[Principal, Depends(require("review"))],
    idempotency_key: Annotated[str | None, Header(description="Makes a retry safe; send a UUID.")] = None,
) -> Review:
    """Record a decision on a check; all are kept, and the latest one counts."""
    store = store_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ReviewSent, max_bytes=MAX_REVIEW_BYTES, timeout_s=timeout_s)
    claim = None if idempotency_key is None else make_review_claim(idempotency_key, caller.name, check_id, sent)
    now = utc_now()
    recorded = await store.review_rows.add(caller, check_id, sent.decision, sent.note, now, claim)
    if recorded.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return recorded.review


@router.post(
    "/withdrawal",
    openapi_extra=json_body(WithdrawalSent),
    responses=problems(400, 401, 404, 408, 413, 415, 422, 503),
    summary="Withdraw a decision",
)
async def withdraw_review(
    request: Request, check_id: str, caller: Annotated[Principal, Depends(require("review"))]
) -> Review:
    """Withdraw a decision: it stays on record and counts for nothing; the one before it counts again.

    Sent again, it changes nothing and is answered as the first time.
    """
    store = store_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, WithdrawalSent, max_bytes=MAX_REVIEW_BYTES, timeout_s=timeout_s)
    key_sha256 = None if sent.idempotency_key is None else hash_key(sent.idempotency_key, caller.name)
    now = utc_now()
    return await store.review_rows.withdraw(caller, check_id, now, review_id=sent.review_id, key_sha256=key_sha256)
