"""Checks that are judged later: `Prefer: respond-async` (RFC 7240) on the route of checks."""

from __future__ import annotations

import asyncio
import datetime

from fastapi import Request, Response

from serving.checks.idempotency import hash_key
from serving.checks.request import CheckRequest
from serving.jobs.reception import line_of
from serving.jobs.service import JobService
from serving.principal import Principal
from serving.routes.jobs import json_answer
from serving.services import Services
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
    key_sha256 = None if key is None else hash_key(key, caller.name)
    received = await jobs.receive_check(await asyncio.to_thread(line_of, sent), caller, key_sha256)
    job = await jobs.rows.find(received.job_id, caller, datetime.datetime.now(datetime.UTC))
    headers = {
        "Location": f"{request.scope.get('root_path', '')}/v1/jobs/{received.job_id}/lines/1",
        "Preference-Applied": RESPOND_ASYNC,
        "Retry-After": "1",
    }
    if received.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_answer(job, status=202, headers=headers)
