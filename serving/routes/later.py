"""Checks that are judged later: `Prefer: respond-async` (RFC 7240) on the route of checks."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response

from serving.checks.request import CheckRequest
from serving.clock import utc_now
from serving.jobs.reception import line_of
from serving.jobs.service import JobService
from serving.principal import Principal
from serving.routes.jobs import json_answer
from serving.services import Services
from serving.store.idempotency_rows import Claim
from serving.store.job_rows import ReceivedJob
from vision.check_shape import require_shape

RESPOND_ASYNC = "respond-async"


def prefers_async(request: Request) -> bool:
    """Whether the caller prefers an answer before the check is judged."""
    preferences = ",".join(request.headers.getlist("prefer")).split(",")
    return any(one.partition(";")[0].partition("=")[0].strip().lower() == RESPOND_ASYNC for one in preferences)


async def create_later(
    request: Request, sent: CheckRequest, *, services: Services, jobs: JobService, caller: Principal
) -> Response:
    """Store a check as a job of one line and answer 202 with the address of its verdict; raises as a check does."""
    require_shape(len(sent.photos), sent.views, max_photos=services.max_photos)
    services.bundles.find_product(caller, sent.product, sent.listing_id)
    key = request.headers.get("idempotency-key")
    if key is None:
        received = await jobs.receive_check(await asyncio.to_thread(line_of, sent), caller, None)
    else:
        received = await _receive_once(sent, await services.checks.claim_of(key, caller, sent), services, jobs, caller)
    job = await jobs.rows.find(received.job_id, caller, utc_now())
    headers = {
        "Location": f"{request.scope.get('root_path', '')}/v1/jobs/{received.job_id}/lines/1",
        "Preference-Applied": RESPOND_ASYNC,
        "Retry-After": "1",
    }
    if received.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_answer(job, status=202, headers=headers)


async def _receive_once(
    sent: CheckRequest, claim: Claim, services: Services, jobs: JobService, caller: Principal
) -> ReceivedJob:
    """Store a check once per Idempotency-Key, whichever way the key was sent before.

    Raises what `Idempotency.hold` does.
    """
    received = await jobs.rows.find_sent(claim)
    if received is not None or services.checks.idempotency is None:
        return received or await jobs.receive_check(await asyncio.to_thread(line_of, sent), caller, claim)
    async with services.checks.idempotency.hold(caller, claim, utc_now()) as judged:
        if judged is not None:
            return await jobs.add_judged(judged, caller, claim)
        return await jobs.receive_check(await asyncio.to_thread(line_of, sent), caller, claim)
