"""Checks that are judged later: `Prefer: respond-async` (RFC 7240) on the route of checks."""

from __future__ import annotations

import asyncio
import base64
import datetime
import json

from fastapi import Request, Response

from serving.checks.idempotency import hash_key
from serving.checks.request import CheckRequest
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


def line_of(sent: CheckRequest) -> bytes:
    """Give a check as a line of JSON, the same for the same content however it was sent."""
    urls = sent.urls or [None] * len(sent.photos)
    check = {
        "photos": [
            {"base64": base64.b64encode(photo).decode()} if url is None else {"url": url}
            for photo, url in zip(sent.photos, urls, strict=True)
        ],
        "listing_id": sent.listing_id,
        "seller_id": sent.seller_id,
        "product": sent.product,
        "views": None if sent.views is None else list(sent.views),
        "attributes": sent.attributes,
    }
    return json.dumps(check, sort_keys=True).encode()
