"""Misuse: members who frequently send manifestly unfounded notices, and the steps of the operator."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from serving.cases.misuse import FREQUENT_COUNT, FREQUENT_SHARE, UNFOUNDED, record_start, require_allowed, status_of
from serving.cases.standing_csv import misuse_csv, steps_csv
from serving.checks.idempotency import hash_content, hash_key
from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.cases.fast_track import MAX_BODY_BYTES, NEVER_STORED, Cursor, Limit, Reader
from serving.routes.csv_files import MAX_ROWS, csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_standing import MISUSE_CSV_EXAMPLE, STEPS_CSV_EXAMPLE
from serving.schemas.enforcement.standing import MisuseList, MisuseStatus, MisuseStep, MisuseStepPage, MisuseStepSent
from serving.services import services_of, store_of
from serving.store.idempotency_rows import Claim

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get("/misuse", responses=problems(401, 404, 422, 503), summary="Figures of misuse")
async def list_misuse(request: Request, response: Response, caller: Reader) -> MisuseList:
    """Give who sent manifestly unfounded notices in three months, and what the figures speak for: an operator decides.

    A member's key gets its own figures.
    """
    response.headers.update(NEVER_STORED)
    members = await _find_members(request, caller)
    return MisuseList(frequent_count=FREQUENT_COUNT, frequent_share=FREQUENT_SHARE, members=members)


@router.get(
    "/misuse.csv",
    response_class=Response,
    responses=csv_or_problems(MISUSE_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Figures of misuse as CSV",
)
async def export_misuse(request: Request, caller: Reader) -> Response:
    """Give each member with its figures as a row of CSV (RFC 4180, UTF-8); a member's key gets its own."""
    return csv_file(misuse_csv(await _find_members(request, caller)), "misuse.csv")


@router.get(
    "/misuse/steps.csv",
    response_class=Response,
    responses=csv_or_problems(STEPS_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Steps against misuse as CSV",
)
async def export_misuse_steps(request: Request, caller: Reader) -> Response:
    """Give the newest 10,000 steps as rows of CSV (RFC 4180, UTF-8); a member's key gets its own."""
    return csv_file(steps_csv(await store_of(request).misuse_rows.find_steps(caller, MAX_ROWS)), "misuse-steps.csv")


@router.get("/misuse/steps", responses=problems(401, 404, 422, 503), summary="List steps against misuse")
async def list_misuse_steps(
    request: Request,
    response: Response,
    caller: Reader,
    member_id: Annotated[str | None, Query(max_length=36, description="Only of this member.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MisuseStepPage:
    """Give the warnings and suspensions with their reasons, newest first; a member's key gets its own."""
    response.headers.update(NEVER_STORED)
    before = id_in(cursor)
    rows = store_of(request).misuse_rows
    found = await rows.find_steps(caller, limit + 1, member_id=member_id, before=before)
    steps, next_cursor = page_of(found, limit, lambda step: step.step_id)
    return MisuseStepPage(steps=steps, next_cursor=next_cursor)


@router.post(
    "/members/{member_id}/misuse-steps",
    status_code=201,
    openapi_extra=json_body(MisuseStepSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Warn or suspend a member",
)
async def create_misuse_step(
    request: Request,
    member_id: str,
    caller: Annotated[Principal, Depends(require("cases"))],
    idempotency_key: Annotated[str | None, Header(description="Makes a retry safe; send a UUID.")] = None,
) -> MisuseStep:
    """Warn a member, suspend the processing of its notices for some days, or lift that; it is informed of the reason.

    The operator's keys alone may. A suspension needs a warning of the last three months.
    """
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, MisuseStepSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    now = utc_now()
    claim = None
    if idempotency_key is not None:
        content = {"member_id": member_id, **sent.model_dump()}
        claim = Claim(key_sha256=hash_key(idempotency_key, caller.name), fingerprint=hash_content(content))
    return await store_of(request).misuse_rows.add_step(
        caller,
        member_id,
        sent.kind,
        sent.reason,
        None if sent.days is None else now + datetime.timedelta(days=sent.days),
        unfounded=UNFOUNDED,
        since=record_start(now),
        now=now,
        require=lambda member: require_allowed(sent.kind, member, now),
        claim=claim,
    )


async def _find_members(request: Request, caller: Principal) -> list[MisuseStatus]:
    now = utc_now()
    found = await store_of(request).misuse_rows.find_members(caller, UNFOUNDED, record_start(now), now)
    return [status_of(member, now) for member in found]
