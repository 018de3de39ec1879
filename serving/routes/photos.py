"""Photos of a check: an upright copy without metadata, and the evidence as a picture to lay over it."""

from __future__ import annotations

import functools
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from serving.auth import require_key
from serving.routes.contract import problems
from serving.services import archive_of, services_of
from vision.evidence import evidence_png
from vision.photo import PhotoLimits, open_photo, upright_jpeg
from vision.verdict import Evidence

router = APIRouter(prefix="/v1/checks/{check_id}/photos/{index}", tags=["photos"])
Index = Annotated[int, Path(ge=0, le=99)]
SHORTLY = {"Cache-Control": "private, max-age=300", "Content-Security-Policy": "default-src 'none'"}


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **problems(401, 404, 422, 503)},
    summary="A photo, upright and without metadata",
)
async def get_photo(
    request: Request,
    check_id: str,
    index: Index,
    _: Annotated[str, Depends(require_key)],
    max_side_px: Annotated[int | None, Query(ge=32, le=8192, description="Longer side of a smaller copy.")] = None,
) -> Response:
    """Give one photo of a check as JPEG: same picture, turned upright, nothing but pixels."""
    services = services_of(request)
    photo = await archive_of(request).find_photo(check_id, index)
    draw = functools.partial(upright_jpeg, photo.data, max_side_px=max_side_px, limits=services.photo_limits)
    copy = await services.compute.run(draw)
    return Response(copy, media_type="image/jpeg", headers=SHORTLY)


@router.get(
    "/evidence",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **problems(401, 404, 422, 503)},
    summary="The evidence in a photo",
)
async def get_evidence(
    request: Request, check_id: str, index: Index, _: Annotated[str, Depends(require_key)]
) -> Response:
    """Give the evidence as a transparent PNG in the photo's frame: red speaks for counterfeit, blue for genuine."""
    services = services_of(request)
    photo, evidence = await archive_of(request).find_evidence(check_id, index)
    picture = await services.compute.run(functools.partial(_draw, photo.data, evidence, services.photo_limits))
    return Response(picture, media_type="image/png", headers=SHORTLY)


def _draw(data: bytes, evidence: Evidence, limits: PhotoLimits) -> bytes:
    """Draw evidence in the frame of its photo."""
    photo = open_photo(data, smallest_side_px=1, limits=limits)  # only the size matters: decode as little as possible
    return evidence_png(evidence, photo.width_px, photo.height_px)
