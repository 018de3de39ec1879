"""Opens a table of cases."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from serving.cases.bulk.reception import CaseReception
from serving.errors import MediaTypeUnsupported
from serving.http.check_body import media_type_of, stream_body
from serving.routes.cases.cases import NEVER_STORED, Writer
from serving.routes.openapi.contract import problems
from serving.routes.openapi.examples_cases import CASES_TABLE_EXAMPLE
from serving.schemas.enforcement.cases import CasesReceived
from serving.services import cases_of, jobs_of

router = APIRouter(prefix="/v1/cases", tags=["cases"])
TABLE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV (RFC 4180, UTF-8) whose first line names its columns; docs/cases.md lists them.",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": CASES_TABLE_EXAMPLE}},
    }
}


@router.post(
    "/bulk",
    openapi_extra=TABLE,
    responses=problems(400, 401, 404, 408, 413, 415, 422, 503),
    summary="Open a table of cases",
)
async def open_cases(
    request: Request,
    response: Response,
    caller: Writer,
    dry_run: Annotated[bool, Query(description="Examine every row as if it were opened, and open none.")] = False,
) -> CasesReceived:
    """Open a case for each row, at most 100,000, and name each bad row by its line, column and reason.

    Rows are opened while they arrive. Where the request fails, send the same table again: each row is opened once.
    """
    cases = cases_of(request)
    if media_type_of(request) != "text/csv":
        raise MediaTypeUnsupported(f"Content-Type is {media_type_of(request) or 'missing'}; send text/csv")
    reception = CaseReception(cases, caller, dry_run=dry_run)
    await stream_body(request, reception.take, timeout_s=jobs_of(request).settings.upload_timeout_s)
    response.headers.update(NEVER_STORED)
    return await reception.end()
