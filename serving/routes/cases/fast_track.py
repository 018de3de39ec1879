"""Fast track: where members and rules stand, why, and who is a trusted flagger by law."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.cases.fast_track import MAX_COUNTER_SHARE, MIN_DECIDED, MIN_UPHELD_SHARE
from serving.cases.standing_csv import changes_csv, flaggers_csv, statuses_csv
from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.csv_files import MAX_ROWS, csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_standing import CHANGES_CSV_EXAMPLE, FAST_TRACK_CSV_EXAMPLE, FLAGGERS_CSV_EXAMPLE
from serving.schemas.enforcement.standing import (
    FastTrackChangePage,
    FastTrackEvaluated,
    FastTrackPage,
    Standing,
    TrustedFlagger,
    TrustedFlaggers,
    TrustedFlaggerSent,
)
from serving.services import fast_track_of, services_of, store_of

router = APIRouter(prefix="/v1", tags=["cases"])
MAX_BODY_BYTES = 16 * 1024
NEVER_STORED = {"Cache-Control": "no-store"}
Reader = Annotated[Principal, Depends(require("read"))]
Admin = Annotated[Principal, Depends(require("admin"))]
Wanted = Annotated[Standing | None, Query(description="Only those who stand so.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries in a page.")]
Cursor = Annotated[str | None, Query(max_length=60, description="`next_cursor` of the page before.")]


@router.get("/fast-track", responses=problems(401, 404, 422, 503), summary="List standings on fast track")
async def list_fast_track(
    request: Request,
    response: Response,
    caller: Reader,
    standing: Wanted = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> FastTrackPage:
    """Give where members and rules stand, with the record of the last evaluation; a member's key gets its own."""
    response.headers.update(NEVER_STORED)
    rows = store_of(request).fast_track_rows
    after = None if cursor is None else _place_of(cursor)
    found = await rows.find_page(caller, limit + 1, standing=standing, after=after)
    statuses, next_cursor = page_of(found, limit, lambda one: f"{one.subject_kind}:{one.subject_id}")
    return FastTrackPage(
        min_decided=MIN_DECIDED,
        min_upheld_share=MIN_UPHELD_SHARE,
        max_counter_share=MAX_COUNTER_SHARE,
        statuses=statuses,
        next_cursor=next_cursor,
    )


@router.get(
    "/fast-track.csv",
    response_class=Response,
    responses=csv_or_problems(FAST_TRACK_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Standings as CSV",
)
async def export_fast_track(request: Request, caller: Reader, standing: Wanted = None) -> Response:
    """Give every standing, of at most 10,000, as a row of CSV (RFC 4180, UTF-8)."""
    statuses = await store_of(request).fast_track_rows.find_page(caller, MAX_ROWS, standing=standing)
    return csv_file(statuses_csv(statuses), "fast-track.csv")


@router.get(
    "/fast-track/changes.csv",
    response_class=Response,
    responses=csv_or_problems(CHANGES_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Changes of standing as CSV",
)
async def export_fast_track_changes(request: Request, caller: Reader) -> Response:
    """Give the newest 10,000 changes as rows of CSV (RFC 4180, UTF-8); a member's key gets its own."""
    changes = await store_of(request).fast_track_rows.find_changes(caller, MAX_ROWS)
    return csv_file(changes_csv(changes), "fast-track-changes.csv")


@router.get("/fast-track/changes", responses=problems(401, 404, 422, 503), summary="List changes of standing")
async def list_fast_track_changes(
    request: Request,
    response: Response,
    caller: Reader,
    subject_id: Annotated[str | None, Query(max_length=36, description="Only of this member or rule.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> FastTrackChangePage:
    """Give when who earned or lost fast track, and why, newest first; a member's key gets its own."""
    response.headers.update(NEVER_STORED)
    rows = store_of(request).fast_track_rows
    before = id_in(cursor)
    found = await rows.find_changes(caller, limit + 1, subject_id=subject_id, before=before)
    changes, next_cursor = page_of(found, limit, lambda change: change.change_id)
    return FastTrackChangePage(changes=changes, next_cursor=next_cursor)


@router.post("/fast-track/evaluations", responses=problems(401, 404, 422, 503), summary="Evaluate fast track now")
async def evaluate_fast_track(
    request: Request, caller: Annotated[Principal, Depends(require("cases"))]
) -> FastTrackEvaluated:
    """Evaluate every record now, as happens daily; the operator's keys alone may. Again it changes nothing more."""
    require_operator(caller)
    return await fast_track_of(request).evaluate_all(caller)


@router.get("/trusted-flaggers", responses=problems(401, 404, 422, 503), summary="List trusted flaggers")
async def list_trusted_flaggers(request: Request, caller: Reader) -> TrustedFlaggers:
    """Give the members to which an authority gave the status of a trusted flagger, as the operator recorded it."""
    return TrustedFlaggers(trusted_flaggers=await store_of(request).trusted_flagger_rows.find_all(caller))


@router.get(
    "/trusted-flaggers.csv",
    response_class=Response,
    responses=csv_or_problems(FLAGGERS_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Trusted flaggers as CSV",
)
async def export_trusted_flaggers(request: Request, caller: Reader) -> Response:
    """Give the same members as rows of CSV (RFC 4180, UTF-8)."""
    return csv_file(flaggers_csv(await store_of(request).trusted_flagger_rows.find_all(caller)), "trusted-flaggers.csv")


@router.put(
    "/members/{member_id}/trusted-flagger",
    openapi_extra=json_body(TrustedFlaggerSent),
    responses=problems(400, 401, 404, 408, 413, 415, 422, 503),
    summary="Record a trusted flagger",
)
async def put_trusted_flagger(request: Request, member_id: str, caller: Admin) -> TrustedFlagger:
    """Record that an authority gave a member this status; nothing here gives it. The operator's keys alone may."""
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, TrustedFlaggerSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await store_of(request).trusted_flagger_rows.put(caller, member_id, sent, utc_now())


@router.delete(
    "/members/{member_id}/trusted-flagger",
    status_code=204,
    responses=problems(401, 404, 422, 503),
    summary="Remove a trusted flagger",
)
async def delete_trusted_flagger(request: Request, member_id: str, caller: Admin) -> Response:
    """Remove what was recorded of a member's status; the operator's keys alone may."""
    require_operator(caller)
    await store_of(request).trusted_flagger_rows.delete(caller, member_id)
    return Response(status_code=204)


def _place_of(cursor: str) -> tuple[str, str]:
    kind, _, subject_id = cursor.partition(":")
    return kind, id_in(subject_id) or ""
