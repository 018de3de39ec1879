"""Erasures: what the store has of a seller, deleted on request."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from serving.http.check_body import read_json
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.openapi.contract import json_body, problems
from serving.schemas.checks import utc_text
from serving.schemas.erasures import ErasureReceipt, ErasureSent, ErasureState
from serving.services import services_of, store_of
from serving.store.deletion.erasure import Erased, Receipt, finish_erasure, start_erasure
from serving.store.erasure_rows import Erasure

router = APIRouter(prefix="/v1/erasures", tags=["erasures"])
MAX_BODY_BYTES = 4096
Admin = Annotated[Principal, Depends(require("admin"))]


@router.post(
    "",
    status_code=201,
    openapi_extra=json_body(ErasureSent),
    responses=problems(400, 401, 404, 408, 413, 415, 422, 503),
    summary="Erase a seller's data",
)
async def create_erasure(request: Request, caller: Admin) -> ErasureState:
    """Delete a seller's checks with photos, renditions and reviews, and its lines of jobs; only the operator may.

    Once begun it is finished, also where the connection or the server ends before the answer. Sent again it deletes
    what has come since, and gives a receipt of its own.
    """
    require_operator(caller)
    store = store_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ErasureSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    erasure = await start_erasure(store, caller, sent.seller_id)
    finishing: asyncio.Future[Erased] = asyncio.ensure_future(finish_erasure(store, caller, erasure))
    erased = await asyncio.shield(finishing)
    return _state_of(erased.erasure, erased.receipt)


@router.get("/{erasure_id}", responses=problems(401, 404, 422, 503), summary="Read an erasure")
async def get_erasure(request: Request, erasure_id: str, caller: Admin) -> ErasureState:
    """Give what an erasure has deleted so far; whose data it was is not kept."""
    require_operator(caller)
    return _state_of(await store_of(request).erasure_rows.find(caller, erasure_id), None)


def _state_of(erasure: Erasure, receipt: Receipt | None) -> ErasureState:
    completed_at = erasure.completed_at
    return ErasureState(
        erasure_id=erasure.erasure_id,
        state="running" if completed_at is None else "completed",
        created_at=utc_text(erasure.created_at),
        completed_at=None if completed_at is None else utc_text(completed_at),
        checks=erasure.checks,
        photos=erasure.photos,
        reviews=erasure.reviews,
        job_lines=erasure.job_lines,
        receipt=None if receipt is None else ErasureReceipt(sequence=receipt.sequence, salt=receipt.salt),
    )
