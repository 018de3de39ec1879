"""Jobs: send many listings, follow them, cancel them, replay what was parked, delete them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from serving.checks.idempotency import hash_key
from serving.clock import utc_now
from serving.errors import MediaTypeUnsupported
from serving.http.check_body import announced_bytes, media_type_of, parse_json, read_body, stream_body
from serving.http.cursors import id_in, page_of
from serving.jobs.service import SPLITTERS
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.job_examples import JOB_LINES_EXAMPLE, MANIFEST_EXAMPLE
from serving.schemas.checks import Answered
from serving.schemas.jobs import Job, JobPage, ReplaySent
from serving.services import jobs_of, services_of

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
MAX_REPLAY_BYTES = 256 * 1024
JobId = Annotated[str, Path(max_length=100)]
_EXAMPLES = dict.fromkeys(SPLITTERS, JOB_LINES_EXAMPLE) | {"text/csv": MANIFEST_EXAMPLE}
JOB_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "JSON lines, each a `CheckSent`; or a manifest with the columns `photo` (a URL) and `listing`.",
        "content": {
            media_type: {"schema": {"type": "string"}, "example": _EXAMPLES[media_type]} for media_type in SPLITTERS
        },
    }
}


@router.post(
    "",
    status_code=202,
    response_model=Job,
    openapi_extra=JOB_BODY,
    responses=problems(400, 401, 404, 408, 413, 415, 422, 429, 503),
    summary="Send many listings to be judged later",
)
async def create_job(
    request: Request,
    caller: Annotated[Principal, Depends(require("check"))],
    name: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Your name of the job, shown in lists.")
    ] = None,
    idempotency_key: Annotated[
        str | None, Header(description="Makes a retry safe for as long as the job exists; send a UUID.")
    ] = None,
) -> Response:
    """Take up to 10,000 listings, one a line, and answer when all of them are stored.

    A line that cannot be judged is parked with its reason, and refuses none of the others.
    """
    jobs = jobs_of(request)
    media_type = media_type_of(request)
    if media_type not in SPLITTERS:
        raise MediaTypeUnsupported(f"Content-Type is {media_type or 'missing'}; send {', '.join(SPLITTERS)}")
    key_sha256 = None if idempotency_key is None else hash_key(idempotency_key, caller.name)
    reception = jobs.receive(media_type, caller, name=name)
    reception.refuse_larger(announced_bytes(request))
    async with reception:
        await stream_body(request, reception.take, timeout_s=jobs.settings.upload_timeout_s)
        received = await reception.end(key_sha256)
    jobs.wake()
    job = await jobs.rows.find(received.job_id, caller, utc_now())
    headers = {"Location": f"{request.scope.get('root_path', '')}/v1/jobs/{received.job_id}"}
    if received.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_answer(job, status=202, headers=headers)


@router.get("", response_model=JobPage, responses=problems(401, 404, 422, 503), summary="List jobs")
async def list_jobs(
    request: Request,
    caller: Annotated[Principal, Depends(require("read"))],
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Jobs in a page.")] = 20,
) -> Response:
    """Give one page of the jobs that you see, newest first, without single checks sent with `Prefer: respond-async`."""
    found = await jobs_of(request).rows.find_page(caller, limit + 1, utc_now(), after=id_in(cursor))
    jobs, next_cursor = page_of(found, limit, lambda job: job.job_id)
    return json_answer(JobPage(jobs=jobs, next_cursor=next_cursor))


@router.get("/{job_id}", response_model=Job, responses=problems(401, 404, 422, 503), summary="Read how far a job is")
async def get_job(request: Request, job_id: JobId, caller: Annotated[Principal, Depends(require("read"))]) -> Response:
    """Give a job with its lines counted by state and outcome, what is left, and about how long that takes."""
    return json_answer(await jobs_of(request).rows.find(job_id, caller, utc_now()))


@router.post(
    "/{job_id}/cancel", response_model=Job, responses=problems(401, 404, 409, 422, 503), summary="Cancel a job"
)
async def cancel_job(
    request: Request, job_id: JobId, caller: Annotated[Principal, Depends(require("check"))]
) -> Response:
    """Cancel the lines that have not begun; those in hand end. Sent again, it changes nothing."""
    return json_answer(await jobs_of(request).store.cancel(job_id, caller, utc_now()))


@router.post(
    "/{job_id}/replay",
    response_model=Job,
    openapi_extra=json_body(ReplaySent, required=False),
    responses=problems(400, 401, 404, 408, 409, 413, 422, 503),
    summary="Judge parked lines again",
)
async def replay_job(
    request: Request, job_id: JobId, caller: Annotated[Principal, Depends(require("check"))]
) -> Response:
    """Let parked lines wait again, all of them or those named; lines that are not parked stay as they are."""
    jobs = jobs_of(request)
    timeout_s = services_of(request).upload_timeout_s
    body = await read_body(request, max_bytes=MAX_REPLAY_BYTES, timeout_s=timeout_s)
    lines = parse_json(ReplaySent, body).lines if body.strip() else None
    job = await jobs.rows.replay(job_id, caller, utc_now(), lines=lines)
    jobs.wake()
    return json_answer(job)


@router.delete("/{job_id}", status_code=204, responses=problems(401, 404, 409, 422, 503), summary="Delete a job")
async def delete_job(
    request: Request, job_id: JobId, caller: Annotated[Principal, Depends(require("check"))]
) -> Response:
    """Delete a job with what is left of its lines. Its checks stay."""
    await jobs_of(request).store.delete(job_id, caller)
    return Response(status_code=204)


def json_answer(model: Answered, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Send a model as it dumps, which no cache may keep."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(model.model_dump_json(), status, media_type="application/json", headers=sent)
