"""Takedown cases: open, list, count and read them, and a list as CSV."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from serving.audit_log.entry import new_entry
from serving.cases.cases_csv import cases_csv
from serving.checks.idempotency import hash_content, hash_key
from serving.clock import utc_now
from serving.errors import CursorInvalid
from serving.http.check_body import read_json
from serving.http.cursors import UNKNOWN, cursor_of, place_in
from serving.http.query_time import read_time
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.csv_files import csv_or_problems, csv_stream
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_cases import CASES_CSV_EXAMPLE
from serving.schemas.enforcement.cases import (
    Case,
    CaseCounts,
    CaseListingSent,
    CaseOrigin,
    CasePage,
    CaseSent,
    CaseSort,
    CaseState,
    Ground,
)
from serving.services import cases_of, services_of, store_of
from serving.store.cases.case_list import CaseFilter, CasePlace
from serving.store.cases.case_rows import CaseRecordPage, CaseRows
from serving.store.cases.case_values import NewCase, NewListing

router = APIRouter(prefix="/v1", tags=["cases"])
MAX_CASE_BYTES = 4 * 1024 * 1024
CSV_PAGE = 500
NEVER_STORED = {"Cache-Control": "no-store"}
READ = (401, 404, 422, 503)


def filter_sent(
    state: Annotated[CaseState | None, Query(description="Only cases in this state.")] = None,
    product: Annotated[str | None, Query(max_length=200, description="Only cases about this product.")] = None,
    country: Annotated[str | None, Query(max_length=2, description="Only cases of this country.")] = None,
    member_id: Annotated[str | None, Query(max_length=36, description="Only cases of this member.")] = None,
    opened_by: Annotated[CaseOrigin | None, Query(description="Only cases opened so.")] = None,
    ground: Annotated[Ground | None, Query(description="Only cases about this right.")] = None,
    rule_id: Annotated[str | None, Query(max_length=36, description="Only cases that this rule opened.")] = None,
    seller_id: Annotated[str | None, Query(max_length=200, description="Only cases with this seller.")] = None,
    listing_id: Annotated[str | None, Query(max_length=200, description="Only cases with this listing.")] = None,
    check_id: Annotated[str | None, Query(max_length=36, description="Only cases that name this check.")] = None,
    fast_track: Annotated[bool | None, Query(description="Only fast cases, or only others.")] = None,
    since: Annotated[str | None, Query(description="RFC 3339 time, or a date, which starts at 00:00 UTC.")] = None,
    until: Annotated[str | None, Query(description="Only cases before this time, written as in `since`.")] = None,
    undecided: Annotated[bool, Query(description="Only cases that wait for their first decision.")] = False,
    late: Annotated[bool, Query(description="Only cases that wait for it longer than they may by now.")] = False,
) -> CaseFilter:
    """Read the filters of a list; raises RequestInvalid."""
    return CaseFilter(
        state=state,
        product=product,
        country=country,
        member_id=member_id,
        opened_by=opened_by,
        ground=ground,
        rule_id=rule_id,
        seller_id=None if seller_id is None else seller_id.strip(),
        listing_id=None if listing_id is None else listing_id.strip(),
        check_id=check_id,
        fast_track=fast_track,
        since=None if since is None else read_time("since", since),
        until=None if until is None else read_time("until", until),
        undecided=undecided,
        late_at=utc_now() if late else None,
    )


Reader = Annotated[Principal, Depends(require("read"))]
Writer = Annotated[Principal, Depends(require("cases"))]
Filter = Annotated[CaseFilter, Depends(filter_sent)]
Sort = Annotated[
    CaseSort,
    Query(
        description="`newest` and `oldest` by their opening; `due`: undecided cases, the next due first; `queue`: the "
        "same, those on fast track before all others."
    ),
]


@router.post(
    "/cases",
    status_code=201,
    openapi_extra=json_body(CaseSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Open a case",
)
async def create_case(
    request: Request,
    response: Response,
    caller: Writer,
    idempotency_key: Annotated[str | None, Header(description="Makes a retry safe; send a UUID.")] = None,
) -> Case:
    """Ask for listings of one product to be taken down. The first decision is due in 24 business hours."""
    cases = cases_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, CaseSent, max_bytes=MAX_CASE_BYTES, timeout_s=timeout_s)
    key = None if idempotency_key is None else hash_key(idempotency_key, caller.name)
    new = NewCase(
        opened_by="operator" if caller.is_operator else "member",
        listings=tuple(_listing_of(one) for one in sent.listings),
        country=sent.country,
        product=sent.product,
        ground=sent.ground,
        statement=sent.statement,
        origin_key=None if key is None else f"key:{key}",
        fingerprint=None if key is None else hash_content(sent.model_dump(mode="json")),
    )
    opened = await cases.open(caller, new)
    if opened.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    response.headers.update(NEVER_STORED)
    return await cases.find(caller, opened.case_id)


@router.get("/cases", response_model=CasePage, responses=problems(*READ), summary="List cases")
async def list_cases(
    request: Request,
    caller: Reader,
    wanted: Filter,
    sort: Sort = "newest",
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before, with the same `sort`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Cases in a page.")] = 50,
) -> Response:
    """Give one page of the cases that you see and that match every filter given."""
    after = None if cursor is None else _place_of(cursor, sort)
    rows = cases_of(request).rows
    found = await rows.find_page(caller, wanted, limit, utc_now(), sort=sort, after=after)
    page = CasePage(
        cases=found.cases, next_cursor=None if found.next_place is None else _cursor_of(found.next_place, sort)
    )
    return Response(page.model_dump_json(), media_type="application/json", headers=NEVER_STORED)


@router.get("/cases/counts", responses=problems(*READ), summary="Count cases")
async def count_cases(request: Request, response: Response, caller: Reader, wanted: Filter) -> CaseCounts:
    """Give how many of the cases that you see match every filter given, and how many each value of a filter has."""
    response.headers.update(NEVER_STORED)
    return await cases_of(request).rows.count(caller, wanted, utc_now())


@router.get(
    "/cases.csv",
    response_class=Response,
    responses=csv_or_problems(CASES_CSV_EXAMPLE, *READ),
    summary="A list of cases as CSV",
)
async def export_cases(request: Request, caller: Reader, wanted: Filter, sort: Sort = "newest") -> Response:
    """Give every case that matches as a row of CSV (RFC 4180, UTF-8), sent while it is read."""
    rows, now = cases_of(request).rows, utc_now()
    first = await rows.find_page(caller, wanted, CSV_PAGE, now, sort=sort)  # a failure until here is a problem
    await store_of(request).audit_rows.append(new_entry(caller, "cases.exported", "cases", "csv"))
    return csv_stream(_csv_of(rows, caller, wanted, sort, first, now), "cases.csv")


@router.get("/cases/{case_id}", responses=problems(*READ), summary="Read a case")
async def get_case(request: Request, response: Response, case_id: str, caller: Reader) -> Case:
    """Give a case with its listings, moves, notices, clock, and the moves that you may make."""
    response.headers.update(NEVER_STORED)
    return await cases_of(request).find(caller, case_id)


def _listing_of(sent: CaseListingSent) -> NewListing:
    return NewListing(
        listing_id=sent.listing_id,
        seller_id=sent.seller_id,
        url=sent.url,
        check_id=sent.check_id,
        value_amount=None if sent.value is None else sent.value.amount,
        value_currency=None if sent.value is None else sent.value.currency,
    )


async def _csv_of(
    rows: CaseRows, caller: Principal, wanted: CaseFilter, sort: CaseSort, page: CaseRecordPage, now: datetime.datetime
) -> AsyncIterator[str]:
    yield cases_csv(page.cases, header=True)
    while page.next_place is not None:
        page = await rows.find_page(caller, wanted, CSV_PAGE, now, sort=sort, after=page.next_place)
        yield cases_csv(page.cases, header=False)


def _cursor_of(place: CasePlace, sort: CaseSort) -> str:
    due_at = None if place.due_at is None else place.due_at.isoformat()
    return cursor_of(sort, due_at, place.case_id, place.fast_track)


def _place_of(cursor: str, sort: CaseSort) -> CasePlace:
    """Read a cursor; raises CursorInvalid."""
    due, case_id, fast_track = place_in(cursor, sort, 3)
    try:
        due_at = datetime.datetime.fromisoformat(due) if isinstance(due, str) else None
    except ValueError as error:
        raise CursorInvalid(UNKNOWN) from error
    is_due = due_at is not None and due_at.tzinfo is not None
    if not isinstance(case_id, str) or is_due != (sort in ("due", "queue")):
        raise CursorInvalid(UNKNOWN)
    if isinstance(fast_track, bool) != (sort == "queue"):
        raise CursorInvalid(UNKNOWN)
    return CasePlace(case_id=case_id, due_at=due_at, fast_track=fast_track if isinstance(fast_track, bool) else None)
