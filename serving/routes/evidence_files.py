"""Evidence files: what is known about a check, a case or a cluster, signed, as a ZIP or a PDF."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from serving.evidence.contents.sections import SubjectKind
from serving.evidence.service import FileFormat
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import problems
from serving.services import evidence_files_of

router = APIRouter(prefix="/v1", tags=["evidence files"])
Reader = Annotated[Principal, Depends(require("read"))]
Format = Annotated[
    FileFormat, Query(alias="format", description="`zip`: everything, with the report in it; `pdf`: the report alone.")
]
MEDIA_TYPES: dict[FileFormat, str] = {"zip": "application/zip", "pdf": "application/pdf"}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file. `Content-Digest` has the SHA-256 that the audit log records.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
    },
    **problems(401, 404, 422, 503),
}


@router.post(
    "/checks/{check_id}/evidence-file",
    response_class=StreamingResponse,
    responses=ANSWERS,
    summary="Make an evidence file of a check",
)
async def create_check_evidence_file(
    request: Request, check_id: str, caller: Reader, file_format: Format = "zip"
) -> StreamingResponse:
    """Give a check as a signed file: photos as received, verdict, evidence, references, reviews and the audit log.

    The export is recorded in the audit log, and as the event `evidence.exported`.
    """
    return await _made(request, caller, "check", check_id, file_format)


@router.post(
    "/cases/{case_id}/evidence-file",
    response_class=StreamingResponse,
    responses=ANSWERS,
    summary="Make an evidence file of a case",
)
async def create_case_evidence_file(
    request: Request, case_id: str, caller: Reader, file_format: Format = "zip"
) -> StreamingResponse:
    """Give a case as a signed file: its moves and notices, and what a file of each of its checks has."""
    return await _made(request, caller, "case", case_id, file_format)


@router.post(
    "/clusters/{cluster_id}/evidence-file",
    response_class=StreamingResponse,
    responses=ANSWERS,
    summary="Make an evidence file of a cluster",
)
async def create_cluster_evidence_file(
    request: Request, cluster_id: str, caller: Reader, file_format: Format = "zip"
) -> StreamingResponse:
    """Give a cluster as a signed file: its sellers, why they are linked, and what a file of each check has."""
    return await _made(request, caller, "cluster", cluster_id, file_format)


async def _made(
    request: Request, caller: Principal, kind: SubjectKind, object_id: str, file_format: FileFormat
) -> StreamingResponse:
    made = await evidence_files_of(request).make(caller, kind, object_id, file_format)
    headers = {
        "Cache-Control": "no-store",
        "Content-Digest": made.content_digest,
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Content-Length": str(made.size),
    }
    return StreamingResponse(made.chunks(), media_type=MEDIA_TYPES[file_format], headers=headers)
