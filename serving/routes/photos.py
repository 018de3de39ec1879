"""Photos of a check: an upright copy without metadata, the evidence to lay over it, and the crops that mattered."""

from __future__ import annotations

import functools
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from serving.checks.service import bundle_used
from serving.routes.auth import require_key
from serving.routes.contract import SHORTLY, problems
from serving.schemas.checks import NearestReference, PhotoCrop, PhotoCrops
from serving.services import services_of, store_of
from vision.bundle.references import Neighbour
from vision.explain.crops import evidence_crops
from vision.explain.explanation import ExplainedCrop, explain_photo
from vision.explain.overlay import evidence_png
from vision.photo.decode import PhotoLimits, open_photo, upright_jpeg
from vision.verdict import Evidence

router = APIRouter(prefix="/v1/checks/{check_id}/photos/{index}", tags=["photos"])
Index = Annotated[int, Path(ge=0, le=99)]


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
    photo = await store_of(request).find_photo(check_id, index)
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
    photo, evidence = await store_of(request).find_evidence(check_id, index)
    picture = await services.compute.run(functools.partial(_draw, photo.data, evidence, services.photo_limits))
    return Response(picture, media_type="image/png", headers=SHORTLY)


@router.get("/crops", responses=problems(401, 404, 422, 503), summary="The crops that mattered, with references")
async def get_crops(
    request: Request, response: Response, check_id: str, index: Index, _: Annotated[str, Depends(require_key)]
) -> PhotoCrops:
    """Give the two or three parts of a photo that spoke most for its outcome, and the references that look like them.

    References are those of the bundle that serves the product now, however old the check is.
    """
    services = services_of(request)
    store = store_of(request)
    photo, evidence = await store.find_evidence(check_id, index)
    check = await store.check_rows.find(check_id)
    outcome = check.photos[index].outcome
    response.headers["Cache-Control"] = "private, no-store"  # a reference may be erased at any time
    found = services.bundles.bank_of(check.product)
    if found is None or not found[1].has_any(check.product):
        crops = [ExplainedCrop(crop=crop) for crop in evidence_crops(evidence, outcome)]
        return PhotoCrops(crops=[_crop(crop, "") for crop in crops], references_bundle=None)
    detector, bank = found
    explain = functools.partial(
        explain_photo, detector, bank, photo.data, evidence=evidence, outcome=outcome, product=check.product
    )
    explained = await services.compute.run(explain)
    used = bundle_used(detector)
    references = f"{request.scope.get('root_path', '')}/v1/bundles/{quote(used.name, safe='')}/references"
    return PhotoCrops(crops=[_crop(crop, references) for crop in explained], references_bundle=used)


def _crop(explained: ExplainedCrop, references: str) -> PhotoCrop:
    return PhotoCrop(
        box=[round(side, 4) for side in explained.crop.box],
        contribution=round(explained.crop.contribution, 4),
        nearest_genuine=_nearest(explained.genuine, references),
        nearest_counterfeit=_nearest(explained.counterfeit, references),
    )


def _nearest(neighbour: Neighbour | None, references: str) -> NearestReference | None:
    if neighbour is None:
        return None
    reference = neighbour.reference
    return NearestReference(
        reference_id=reference.id,
        label=reference.label,
        product=reference.product,
        listing=reference.listing,
        similarity=round(max(-1.0, min(1.0, neighbour.similarity)), 4),
        url=f"{references}/{reference.id}",
    )


def _draw(data: bytes, evidence: Evidence, limits: PhotoLimits) -> bytes:
    """Draw evidence in the frame of its photo."""
    photo = open_photo(data, smallest_side_px=1, limits=limits)  # only the size matters: decode as little as possible
    return evidence_png(evidence, photo.width_px, photo.height_px)
