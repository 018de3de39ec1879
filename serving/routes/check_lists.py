"""Lists of checks: page by page, their counts, and all of a list as CSV."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import JsonValue

from serving.audit_log.entry import new_entry
from serving.errors import CursorInvalid
from serving.http.cursors import UNKNOWN, cursor_of, place_in
from serving.http.query_time import read_time
from serving.principal import Principal
from serving.reviews.checks_csv import csv_header, csv_lines
from serving.routes.auth import require
from serving.routes.checks import with_root_path
from serving.routes.csv_files import csv_or_problems, csv_stream
from serving.routes.openapi.contract import problems
from serving.routes.openapi.examples import CSV_EXAMPLE
from serving.schemas.check_lists import CheckCounts, CheckSort, DecisionWanted
from serving.schemas.checks import CheckPage, Outcome
from serving.services import store_of
from serving.store.check_rows import CheckRows, RecordPage
from serving.store.lists.check_list import CheckFilter, Place, is_place

router = APIRouter(prefix="/v1", tags=["checks"])
CSV_PAGE = 500
NEVER_STORED = {"Cache-Control": "no-store"}
SORTS = (
    "`newest` and `oldest` by time; `uncertainty`: most uncertain first; `seller_id`, `product`, `outcome` in "
    "alphabetical order, `decision` with undecided checks first. Within equal ones: newest first."
)


def filter_sent(
    listing_id: Annotated[str | None, Query(max_length=200, description="Your id of the listing, exactly.")] = None,
    seller_id: Annotated[str | None, Query(max_length=200, description="Your id of the seller, exactly.")] = None,
    outcome: Annotated[Outcome | None, Query(description="Only checks with this outcome.")] = None,
    product: Annotated[str | None, Query(max_length=200, description="Only checks of this product.")] = None,
    decision: Annotated[
        DecisionWanted | None,
        Query(
            description="By the latest review: one of its decisions, `decided` for any of them, `none` for no review."
        ),
    ] = None,
    since: Annotated[str | None, Query(description="RFC 3339 time, or a date, which starts at 00:00 UTC.")] = None,
    until: Annotated[str | None, Query(description="Only checks before this time, written as in `since`.")] = None,
    reviewed: Annotated[bool | None, Query(description="Only checks with a review, or only those without.")] = None,
    min_uncertainty: Annotated[
        float | None,
        Query(ge=0, le=1, description="1 - 2 |authenticity - 0.5| at least: 1 at authenticity 0.5, 0 at 0 and at 1."),
    ] = None,
    queue: Annotated[
        bool,
        Query(description="Only checks that wait for a person: outcome `review` or `unsupported`, and no decision."),
    ] = False,
) -> CheckFilter:
    """Read the filters of a list; raises RequestInvalid."""
    return CheckFilter(
        listing_id=None if listing_id is None else listing_id.strip(),  # ids are kept without spaces around
        seller_id=None if seller_id is None else seller_id.strip(),
        outcome=outcome,
        product=product,
        decision=decision,
        since=None if since is None else read_time("since", since),
        until=None if until is None else read_time("until", until),
        reviewed=reviewed,
        min_uncertainty=min_uncertainty,
        queue=queue,
    )


Reader = Annotated[Principal, Depends(require("read"))]
Filter = Annotated[CheckFilter, Depends(filter_sent)]
Sort = Annotated[CheckSort, Query(description=SORTS)]


@router.get("/checks", response_model=CheckPage, responses=problems(401, 404, 422, 503), summary="List checks")
async def list_checks(
    request: Request,
    caller: Reader,
    wanted: Filter,
    sort: Sort = "newest",
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before, with the same `sort`.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Checks in a page.")] = 50,
) -> Response:
    """Give one page of stored checks that match every filter given."""
    after = None if cursor is None else _place_of(cursor, sort)
    found = await store_of(request).check_rows.find_page(caller, wanted, limit, sort=sort, after=after)
    next_cursor = None if found.next_place is None else cursor_of(sort, found.next_place.key, found.next_place.check_id)
    page = CheckPage(checks=[with_root_path(check, request) for check in found.checks], next_cursor=next_cursor)
    return Response(page.model_dump_json(), media_type="application/json", headers=NEVER_STORED)


@router.get("/checks/counts", responses=problems(401, 404, 422, 503), summary="Count checks")
async def count_checks(request: Request, response: Response, caller: Reader, wanted: Filter) -> CheckCounts:
    """Give how many stored checks match every filter given, and how many each value of a filter has."""
    response.headers["Cache-Control"] = "no-store"
    return await store_of(request).check_rows.count(caller, wanted)


@router.get(
    "/checks.csv",
    response_class=Response,
    responses=csv_or_problems(CSV_EXAMPLE, 401, 404, 422, 503),
    summary="A list of checks as CSV",
)
async def export_checks(request: Request, caller: Reader, wanted: Filter, sort: Sort = "newest") -> Response:
    """Give every check that matches as a row of CSV (RFC 4180, UTF-8), sent while it is read."""
    rows = store_of(request).check_rows
    first = await rows.find_page(caller, wanted, CSV_PAGE, sort=sort)  # a failure until here is answered as a problem
    await store_of(request).audit_rows.append(new_entry(caller, "checks.exported", "checks", "csv", _export_of(wanted)))
    return csv_stream(_csv_of(rows, caller, wanted, sort, first), "checks.csv")


def _export_of(wanted: CheckFilter) -> dict[str, JsonValue]:
    """Give what the audit log has of a download: which filters were set, and no id that one asked for."""
    unset = dataclasses.asdict(CheckFilter())
    filters: list[JsonValue] = [*sorted(name for name in unset if getattr(wanted, name) != unset[name])]
    named = {name: getattr(wanted, name) for name in ("outcome", "product", "decision")}
    return {"filters": filters, **{name: value for name, value in named.items() if value is not None}}


async def _csv_of(
    rows: CheckRows, caller: Principal, wanted: CheckFilter, sort: CheckSort, page: RecordPage
) -> AsyncIterator[str]:
    yield csv_header()
    while True:
        yield csv_lines(page.checks)
        if page.next_place is None:
            return
        page = await rows.find_page(caller, wanted, CSV_PAGE, sort=sort, after=page.next_place)


def _place_of(cursor: str, sort: CheckSort) -> Place:
    """Read a cursor. It has the value that the list is sorted by: its check may be gone or decided meanwhile."""
    key, check_id = place_in(cursor, sort, 2)
    if not isinstance(check_id, str):
        raise CursorInvalid(UNKNOWN)
    place = Place(key=key, check_id=check_id)
    if not is_place(sort, place):
        raise CursorInvalid(UNKNOWN)
    return place
