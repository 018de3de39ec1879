"""The audit log: page by page, whole as JSON lines, and verified."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from serving.audit_log.entry import Action, SealedEntry, as_json, as_line
from serving.audit_log.verify import Verification
from serving.http.cursors import number_in, page_of
from serving.http.query_time import read_time
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import problems
from serving.routes.openapi.examples_audit import AUDIT_LINE
from serving.schemas.audit_log import AuditPage, AuditVerification
from serving.services import store_of
from serving.store.audit_rows import AuditFilter, AuditRows

router = APIRouter(prefix="/v1/audit-log", tags=["audit log"])
EXPORT_PAGE = 500
MAX_SEQUENCE = 2**31 - 1
NEVER_STORED = {"Cache-Control": "no-store"}
Admin = Annotated[Principal, Depends(require("admin"))]


def filter_sent(
    action: Annotated[Action | None, Query(description="Only entries of this action.")] = None,
    actor: Annotated[str | None, Query(max_length=200, description="Only entries of this actor, by its name.")] = None,
    object_kind: Annotated[str | None, Query(max_length=40, description="Only entries about this kind.")] = None,
    object_id: Annotated[str | None, Query(max_length=200, description="Only entries about this id.")] = None,
    since: Annotated[str | None, Query(description="RFC 3339 time, or a date, which starts at 00:00 UTC.")] = None,
    until: Annotated[str | None, Query(description="Only entries before this time, written as in `since`.")] = None,
) -> AuditFilter:
    """Read the filters of a list; raises RequestInvalid."""
    return AuditFilter(
        action=action,
        actor=actor,
        object_kind=object_kind,
        object_id=object_id,
        since=None if since is None else read_time("since", since),
        until=None if until is None else read_time("until", until),
    )


Filter = Annotated[AuditFilter, Depends(filter_sent)]


@router.get("", response_model=AuditPage, responses=problems(401, 404, 422, 503), summary="Who did what, newest first")
async def list_audit_entries(
    request: Request,
    caller: Admin,
    wanted: Filter,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Entries in a page.")] = 50,
) -> Response:
    """Give one page of the entries that match every filter given: the operator's key sees all, a member's its own."""
    rows = store_of(request).audit_rows
    before = number_in(cursor, highest=MAX_SEQUENCE)
    found = await rows.find_before(caller, wanted, limit + 1, before)
    shown, next_cursor = page_of(found, limit, lambda entry: str(entry.sequence))
    head = await rows.find_head()
    page = {
        "entries": [as_json(entry) for entry in shown],
        "next_cursor": next_cursor,
        "head": {"sequence": head.sequence, "hash": head.hash},
    }
    return Response(
        AuditPage.model_validate(page).model_dump_json(), media_type="application/json", headers=NEVER_STORED
    )


@router.get(
    "/export",
    response_class=Response,
    responses={
        200: {"content": {"application/jsonl": {"schema": {"type": "string"}, "example": AUDIT_LINE}}},
        **problems(401, 404, 422, 503),
    },
    summary="The audit log as JSON lines",
)
async def export_audit_log(
    request: Request,
    caller: Admin,
    after: Annotated[
        int, Query(ge=0, le=MAX_SEQUENCE, description="Only entries after this sequence: the last one you have.")
    ] = 0,
) -> Response:
    """Give the entries oldest first, one a line, for `touchstone audit-log verify`; sent while they are read."""
    rows = store_of(request).audit_rows
    first = await rows.find_after(caller, EXPORT_PAGE, after)  # a failure here is answered as a problem
    headers = {**NEVER_STORED, "Content-Disposition": 'attachment; filename="audit-log.jsonl"'}
    return StreamingResponse(_lines_of(rows, caller, first), media_type="application/jsonl", headers=headers)


@router.get("/verification", responses=problems(401, 404, 422, 503), summary="Verify the audit log")
async def verify_audit_log(request: Request, response: Response, caller: Admin) -> AuditVerification:
    """Verify the hash of each entry that you see and the chain between them; it reads all, so ask for it seldom.

    A server can't prove itself: whoever can change its database and its program can change this answer. Verify an
    export on another machine, with a hash that was noted there.
    """
    rows = store_of(request).audit_rows
    end = await rows.find_head()  # before the entries: those that are added meanwhile stand behind it
    verification = Verification(head=end.hash if caller.is_operator else None, selected=not caller.is_operator)
    after = 0
    while page := await rows.find_after(caller, EXPORT_PAGE, after):
        if not await asyncio.to_thread(_take_all, verification, page):
            break
        after = page[-1].sequence
    found = verification.end()
    response.headers.update(NEVER_STORED)
    return AuditVerification(
        holds=found.broken is None,
        reason=None if found.broken is None else found.broken.reason,
        entries=found.entries,
        sequence=found.sequence,
        head=found.head,
        private_missing=found.private_deleted,
        complete=caller.is_operator,
    )


def _take_all(verification: Verification, page: Sequence[SealedEntry]) -> bool:
    return all(verification.take(as_line(entry)) for entry in page)


async def _lines_of(rows: AuditRows, caller: Principal, page: list[SealedEntry]) -> AsyncIterator[str]:
    while page:
        yield "".join(map(as_line, page))
        page = await rows.find_after(caller, EXPORT_PAGE, page[-1].sequence)
