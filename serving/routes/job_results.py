"""Results of jobs: all of them as JSON lines, or of one line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from serving.errors import LineCancelled
from serving.http.cursors import number_in
from serving.http.problems import problem_response
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.checks import with_root_path
from serving.routes.jobs import JobId, json_answer
from serving.routes.openapi.contract import problems
from serving.routes.openapi.job_examples import JOB_RESULTS_EXAMPLE
from serving.schemas.checks import Check
from serving.schemas.jobs import EndState, JobResult
from serving.services import jobs_of
from serving.store.job_line_rows import JobLineRows
from serving.store.job_progress import StoredResult

MAX_PLACE = 10**9 - 1
router = APIRouter(prefix="/v1/jobs/{job_id}", tags=["jobs"])
MEDIA_TYPE = "application/x-ndjson"
RESULTS_A_READ = 100


@router.get(
    "/results",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": JOB_RESULTS_EXAMPLE}}},
        **problems(401, 404, 422, 503),
    },
    summary="Read the results of a job",
)
async def get_results(
    request: Request,
    job_id: JobId,
    caller: Annotated[Principal, Depends(require("read"))],
    cursor: Annotated[
        str | None, Query(description="`cursor` of the last result that you have; the ones after it are sent.")
    ] = None,
    state: Annotated[EndState | None, Query(description="Only results in this state.")] = None,
    limit: Annotated[int | None, Query(ge=1, description="At most so many results; left out: all.")] = None,
) -> Response:
    """Give what became of each line that has ended, in the order in which they ended, one `JobResult` as JSON a line.

    While the job runs, ask again with the last `cursor` for what ended since.
    """
    after = number_in(cursor, highest=MAX_PLACE) or 0
    rows = jobs_of(request).line_rows
    first = await rows.find_results(job_id, caller, _page_size(limit), after=after, state=state)  # may be a problem
    stream = _results(request, rows, job_id, caller, first, state, limit)
    return StreamingResponse(stream, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@router.get(
    "/lines/{line}",
    response_model=Check,
    responses={
        202: {"model": JobResult, "description": "It waits or is being judged; ask again after Retry-After."},
        **problems(401, 404, 409, 422, 503),
    },
    summary="Read the check of one line",
)
async def get_line(
    request: Request,
    job_id: JobId,
    line: Annotated[int, Path(ge=1, lt=2**31, description="Number of the line, from 1.")],
    caller: Annotated[Principal, Depends(require("read"))],
) -> Response:
    """Give the check of a line once it is judged; the `Location` of a check sent with `Prefer: respond-async`.

    Until then 202 with its state; where it was parked, the problem that it was parked with.
    """
    result = await jobs_of(request).line_rows.find_line(job_id, line, caller)
    if result.state in ("waiting", "running"):
        return json_answer(result, status=202, headers={"Retry-After": "1"})
    if result.check is not None:
        return json_answer(with_root_path(result.check, request))
    if result.state == "cancelled":
        raise LineCancelled(f"the job was cancelled before line {line} was judged; send it again")
    if result.error is None:
        return problem_response(
            status=404,
            code="check_not_found",
            title="No such check",
            detail=f"line {line} was judged, and its check was deleted since, or is not yours to see",
        )
    return problem_response(
        status=422, code=result.error.code, title="The check was refused", detail=result.error.message
    )


async def _results(
    request: Request,
    rows: JobLineRows,
    job_id: str,
    caller: Principal,
    page: list[StoredResult],
    state: EndState | None,
    limit: int | None,
) -> AsyncIterator[str]:
    sent = 0
    while page:
        yield "".join(_json_line(stored.result, request) for stored in page)
        sent += len(page)
        left = None if limit is None else limit - sent
        if left == 0 or len(page) < RESULTS_A_READ:
            return
        after = page[-1].place or 0
        page = await rows.find_results(job_id, caller, _page_size(left), after=after, state=state)


def _json_line(result: JobResult, request: Request) -> str:
    if result.check is not None:
        result = result.model_copy(update={"check": with_root_path(result.check, request)})
    return result.model_dump_json() + "\n"


def _page_size(limit: int | None) -> int:
    return RESULTS_A_READ if limit is None else min(limit, RESULTS_A_READ)
