"""Public figures: what is published can be read without a key; drafts and publishing are the operator's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from serving.principal import Principal
from serving.reviews.checks_csv import CSV_MEDIA_TYPE
from serving.routes.auth import require, require_operator
from serving.routes.csv_files import csv_or_problems
from serving.routes.openapi.contract import problems
from serving.routes.openapi.examples_transparency import ANNUAL_EXAMPLE, REPORT_CSV_EXAMPLE
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.transparency import PublishedReport, PublishedReportList, TransparencyReport
from serving.services import duties_of, store_of
from serving.transparency.report.annual import Part
from serving.transparency.report.csv_text import csv_of
from serving.transparency.report.pdf import pdf_of

router = APIRouter(prefix="/v1/transparency", tags=["transparency"])
open_router = APIRouter(prefix="/v1/transparency", tags=["transparency"])  # what anyone may read, without a key
SHORTLY = "public, max-age=300"
PDF_MEDIA_TYPE = "application/pdf"
READ = (404, 422, 503)
WRITE = (401, 404, 409, 422, 503)
Reader = Annotated[Principal, Depends(require("read"))]
Publisher = Annotated[Principal, Depends(require("cases"))]
Version = Annotated[int | None, Query(ge=1, description="An earlier version; the latest where left out.")]


@open_router.get("", responses=problems(404, 503), summary="List published figures")
async def list_reports(request: Request, response: Response) -> PublishedReportList:
    """Give the quarters whose figures are published; no key is needed."""
    response.headers["Cache-Control"] = SHORTLY
    stored = await store_of(request).report_rows.find_all()
    return PublishedReportList(
        reports=[
            PublishedReport(quarter=one.quarter, version=one.version, published_at=utc_text(one.published_at))
            for one in stored
        ]
    )


@router.get(
    "/annual/{year}/{part}.csv",
    response_class=Response,
    responses=csv_or_problems(ANNUAL_EXAMPLE, 401, *READ),
    summary="A part of the EU's annual report",
)
async def get_annual_part(
    request: Request,
    caller: Reader,
    year: str,
    part: Part,
    exact: Annotated[
        bool, Query(description="Give small counts too; where not, they are empty and the context says so.")
    ] = False,
) -> Response:
    """Give a part of the template of Implementing Regulation (EU) 2024/2835 as CSV; only the operator may."""
    require_operator(caller)
    text = await duties_of(request).annual(part, year, exact=exact)
    return _file(text, CSV_MEDIA_TYPE, f"{year}-{part}.csv", "no-store")


@open_router.get(
    "/{quarter}.csv",
    response_class=Response,
    responses=csv_or_problems(REPORT_CSV_EXAMPLE, *READ),
    summary="Published figures as CSV",
)
async def get_report_csv(request: Request, quarter: str, version: Version = None) -> Response:
    """Give the published figures of a quarter as CSV, one row a figure; no key is needed."""
    report = await duties_of(request).published(quarter, version)
    return _file(csv_of(report), CSV_MEDIA_TYPE, f"transparency-{report.quarter}.csv", SHORTLY)


@open_router.get(
    "/{quarter}.pdf",
    response_class=Response,
    responses={
        200: {"content": {PDF_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **problems(*READ),
    },
    summary="Published figures as PDF",
)
async def get_report_pdf(request: Request, quarter: str, version: Version = None) -> Response:
    """Give the published figures of a quarter as PDF; no key is needed, and the server needs the extra `documents`."""
    report = await duties_of(request).published(quarter, version)
    data = await run_in_threadpool(pdf_of, report)
    return _file(data, PDF_MEDIA_TYPE, f"transparency-{report.quarter}.pdf", SHORTLY)


@open_router.get("/{quarter}", responses=problems(*READ), summary="Read published figures")
async def get_report(request: Request, response: Response, quarter: str, version: Version = None) -> TransparencyReport:
    """Give the figures of a quarter as they were published; no key is needed."""
    response.headers["Cache-Control"] = SHORTLY
    return await duties_of(request).published(quarter, version)


@router.get("/{quarter}/draft", responses=problems(401, *READ), summary="Compute figures")
async def get_draft(request: Request, caller: Reader, quarter: str) -> TransparencyReport:
    """Compute the figures of a quarter as they would be published now; only the operator may."""
    require_operator(caller)
    return await duties_of(request).draft(quarter)


@router.post("/{quarter}/publish", status_code=201, responses=problems(*WRITE), summary="Publish figures")
async def publish_report(request: Request, caller: Publisher, quarter: str) -> TransparencyReport:
    """Publish the figures of a quarter that is over: anyone may read them then, and a version never changes.

    Sent again where nothing changed, it gives the version that has the same figures. Only the operator may.
    """
    require_operator(caller)
    return await duties_of(request).publish(caller, quarter)


@router.post("/{quarter}/withdraw", status_code=204, responses=problems(401, 404, 422, 503), summary="Withdraw figures")
async def withdraw_report(request: Request, caller: Publisher, quarter: str) -> None:
    """Show no figures of a quarter any more; they are kept, and may be published anew. Only the operator may."""
    require_operator(caller)
    await duties_of(request).withdraw(caller, quarter)


def _file(content: str | bytes, media_type: str, name: str, caching: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": caching}
    return Response(content, media_type=media_type, headers=headers)
