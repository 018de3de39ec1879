"""Reviews: what a human decided on a check."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from serving.http.check_body import read_json
from serving.routes.auth import require_key
from serving.routes.contract import json_body, problems
from serving.schemas.checks import Review, ReviewSent
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
async def create_review(request: Request, check_id: str, _: Annotated[str, Depends(require_key)]) -> Review:
    """Record a decision on a check; all are kept, and the latest one counts."""
    store = store_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ReviewSent, max_bytes=MAX_REVIEW_BYTES, timeout_s=timeout_s)
    return await store.check_rows.add_review(check_id, sent.decision, sent.note, datetime.datetime.now(datetime.UTC))
