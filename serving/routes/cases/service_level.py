"""The service level of takedown cases, and the cases that were late."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.cases.service_level import late_case, service_level
from serving.cases.service_level_csv import groups_csv, late_csv
from serving.clock import utc_now
from serving.http.cursors import id_in, page_of
from serving.http.query_time import read_time
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.csv_files import csv_file, csv_or_problems, csv_stream
from serving.routes.openapi.contract import problems
from serving.routes.openapi.examples_standing import LATE_CSV_EXAMPLE, SERVICE_LEVEL_CSV_EXAMPLE
from serving.schemas.accounts import Category
from serving.schemas.countries import Country
from serving.schemas.enforcement.service_level import LateCasePage, ServiceLevel
from serving.services import store_of
from serving.store.cases.service_rows import ServiceFilter

router = APIRouter(prefix="/v1", tags=["cases"])
CSV_PAGE = 500
NEVER_STORED = {"Cache-Control": "no-store"}
Reader = Annotated[Principal, Depends(require("read"))]


def filter_sent(
    member_id: Annotated[str | None, Query(max_length=36, description="Only cases that this member opened.")] = None,
    category: Annotated[Category | None, Query(description="Only cases of members of this industry.")] = None,
    country: Annotated[Country | None, Query(description="Only cases of this country.")] = None,
    product: Annotated[str | None, Query(max_length=200, description="Only cases about this product.")] = None,
    since: Annotated[str | None, Query(description="Received from this RFC 3339 time or date (UTC) on.")] = None,
    until: Annotated[str | None, Query(description="Received before this time, written as in `since`.")] = None,
) -> ServiceFilter:
    """Read the filters; raises RequestInvalid."""
    return ServiceFilter(
        member_id=member_id,
        category=category,
        country=country,
        product=product,
        since=None if since is None else read_time("since", since),
        until=None if until is None else read_time("until", until),
    )


Filter = Annotated[ServiceFilter, Depends(filter_sent)]


@router.get("/service-level", responses=problems(401, 404, 422, 503), summary="The service level")
async def get_service_level(request: Request, response: Response, caller: Reader, wanted: Filter) -> ServiceLevel:
    """Give the share of cases decided within 24 business hours: of all, and by member, category, country and week.

    A member's key gets the figures of the cases that it opened.
    """
    response.headers["Cache-Control"] = "no-store"
    now = utc_now()
    return service_level(await store_of(request).service_rows.count(caller, wanted, now), wanted, now)


@router.get(
    "/service-level.csv",
    response_class=Response,
    responses=csv_or_problems(SERVICE_LEVEL_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="The service level as CSV",
)
async def export_service_level(request: Request, caller: Reader, wanted: Filter) -> Response:
    """Give the same figures, a row a group (RFC 4180, UTF-8)."""
    now = utc_now()
    level = service_level(await store_of(request).service_rows.count(caller, wanted, now), wanted, now)
    return csv_file(groups_csv(level), "service-level.csv")


@router.get("/service-level/late", responses=problems(401, 404, 422, 503), summary="List late cases")
async def list_late_cases(
    request: Request,
    response: Response,
    caller: Reader,
    wanted: Filter,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Cases in a page.")] = 50,
) -> LateCasePage:
    """Give the cases decided after their hours, and those still undecided after them, newest first."""
    response.headers["Cache-Control"] = "no-store"
    return await _page(request, caller, wanted, id_in(cursor), limit)


@router.get(
    "/service-level/late.csv",
    response_class=Response,
    responses=csv_or_problems(LATE_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Late cases as CSV",
)
async def export_late_cases(request: Request, caller: Reader, wanted: Filter) -> Response:
    """Give every late case as a row of CSV (RFC 4180, UTF-8), sent while it is read."""
    first = await _page(request, caller, wanted, None, CSV_PAGE)  # a failure until here is answered as a problem
    return csv_stream(_csv_of(request, caller, wanted, first), "late-cases.csv")


async def _csv_of(request: Request, caller: Principal, wanted: ServiceFilter, page: LateCasePage) -> AsyncIterator[str]:
    yield late_csv(page.cases, header=True)
    while page.next_cursor is not None:
        page = await _page(request, caller, wanted, page.next_cursor, CSV_PAGE)
        yield late_csv(page.cases, header=False)


async def _page(
    request: Request, caller: Principal, wanted: ServiceFilter, before: str | None, limit: int
) -> LateCasePage:
    now = utc_now()
    records = await store_of(request).service_rows.find_late(caller, wanted, now, limit + 1, before=before)
    shown, next_cursor = page_of(records, limit, lambda record: record.case_id)
    return LateCasePage(cases=[late_case(record, now) for record in shown], next_cursor=next_cursor)
