"""Complaints against decisions of cases, and what the buyers of illegal goods are to be informed of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.audit_log.entry import new_entry
from serving.cases.notice_texts import OTHER_REDRESS
from serving.http.check_body import read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.csv_files import MAX_ROWS, csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_transparency import COMPLAINTS_CSV_EXAMPLE
from serving.schemas.enforcement.complaints import (
    BuyersNotice,
    BuyersNoticeSent,
    Complaint,
    ComplaintDecisionSent,
    ComplaintList,
    ComplaintPage,
    ComplaintSent,
    ComplaintState,
)
from serving.services import duties_of, services_of, store_of
from serving.transparency.complaints_csv import complaints_csv

router = APIRouter(prefix="/v1", tags=["transparency"])
MAX_BODY_BYTES = 64 * 1024
READ = (401, 404, 422, 503)
SENT = (400, 401, 404, 408, 409, 413, 415, 422, 503)
Reader = Annotated[Principal, Depends(require("read"))]
Writer = Annotated[Principal, Depends(require("cases"))]


@router.post(
    "/cases/{case_id}/complaints",
    status_code=201,
    openapi_extra=json_body(ComplaintSent),
    responses=problems(*SENT),
    summary="Complain about a decision",
)
async def create_complaint(request: Request, case_id: str, caller: Writer) -> Complaint:
    """Complain about the last decision against a side, within six months; sent again it is the same complaint."""
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ComplaintSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await duties_of(request).complain(caller, case_id, sent)


@router.get("/cases/{case_id}/complaints", responses=problems(*READ), summary="List complaints of a case")
async def list_complaints_of_case(request: Request, case_id: str, caller: Reader) -> ComplaintList:
    """Give the complaints of a case, oldest first; a member sees its own."""
    found = await store_of(request).complaint_rows.find_of_case(caller, case_id)
    return ComplaintList(complaints=found, redress=OTHER_REDRESS)


@router.get("/complaints", responses=problems(*READ), summary="List complaints")
async def list_complaints(
    request: Request,
    response: Response,
    caller: Reader,
    state: Annotated[ComplaintState | None, Query(description="Only complaints in this state.")] = None,
    cursor: Annotated[str | None, Query(max_length=36, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Complaints in a page.")] = 50,
) -> ComplaintPage:
    """Give one page of the complaints of all cases, newest first; only the operator may."""
    require_operator(caller)
    response.headers["Cache-Control"] = "no-store"
    found = await store_of(request).complaint_rows.find_page(state, limit + 1, id_in(cursor))
    complaints, next_cursor = page_of(found, limit, lambda complaint: complaint.complaint_id)
    return ComplaintPage(complaints=complaints, next_cursor=next_cursor)


@router.get(
    "/complaints.csv",
    response_class=Response,
    responses=csv_or_problems(COMPLAINTS_CSV_EXAMPLE, *READ),
    summary="Complaints as CSV",
)
async def export_complaints(
    request: Request,
    caller: Reader,
    state: Annotated[ComplaintState | None, Query(description="Only complaints in this state.")] = None,
) -> Response:
    """Give the newest 10,000 complaints of all cases as rows of CSV (RFC 4180, UTF-8); only the operator may."""
    require_operator(caller)
    store = store_of(request)
    found = await store.complaint_rows.find_page(state, MAX_ROWS, None)
    await store.audit_rows.append(new_entry(caller, "complaints.exported", "complaints", "csv"))
    return csv_file(complaints_csv(found), "complaints.csv")


@router.post(
    "/complaints/{complaint_id}/decision",
    openapi_extra=json_body(ComplaintDecisionSent),
    responses=problems(*SENT),
    summary="Decide a complaint",
)
async def decide_complaint(request: Request, complaint_id: str, caller: Writer) -> Complaint:
    """Decide a complaint; only the operator may, with a key of the store, which is recorded as who decided.

    `reversed` takes the decision back: listings are reinstated, and a rejected case is examined again.
    """
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ComplaintDecisionSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await duties_of(request).decide_complaint(caller, complaint_id, sent)


@router.get(
    "/cases/{case_id}/buyers-notice",
    responses=problems(401, 404, 409, 422, 503),
    summary="What buyers are to be informed of",
)
async def get_buyers_notice(request: Request, case_id: str, caller: Reader) -> BuyersNotice:
    """Give for which listings, since when, and of what buyers are to be informed; only the operator may."""
    require_operator(caller)
    return await duties_of(request).buyers_notice(caller, case_id)


@router.post(
    "/cases/{case_id}/buyers-notice",
    openapi_extra=json_body(BuyersNoticeSent),
    responses=problems(*SENT),
    summary="Record that buyers were informed",
)
async def record_buyers_notice(request: Request, case_id: str, caller: Writer) -> BuyersNotice:
    """Record that the marketplace informed the buyers, and how; sent again, the first record stays."""
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, BuyersNoticeSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await duties_of(request).record_buyers_notice(caller, case_id, sent)
