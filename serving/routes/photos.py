"""Photos of a check: an upright copy without metadata, evidence and outline to lay over it, the crops that mattered."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from serving.checks.service import bundle_used
from serving.errors import EvidenceNotFound
from serving.evidence.provenance.marks import NO_PROOF, read_marks
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import SHORTLY, problems
from serving.schemas.checks import NearestReference, PhotoCrop, PhotoCrops, PhotoMark, PhotoMarks
from serving.services import pictures_of, services_of, store_of
from vision.bundle.references import Neighbour
from vision.explain.crops import evidence_crops
from vision.explain.explanation import ExplainedCrop, explain_photo
from vision.explain.outline import outline_svg
from vision.explain.overlay import evidence_png
from vision.photo.decode import PhotoLimits, open_photo
from vision.photo.rendition import RENDITION_VERSION, RenditionSide, upright_jpeg
from vision.verdict import Evidence

router = APIRouter(prefix="/v1/checks/{check_id}/photos/{index}", tags=["photos"])
Reader = Annotated[Principal, Depends(require("read"))]
Index = Annotated[int, Path(ge=0, le=99)]
# A rendition never changes. Its browser forgets it after a day, since the check may be deleted; and it is no answer for
# somebody who comes to the same browser without the key.
DAY_LONG = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Vary": "Authorization",
    "Content-Security-Policy": SHORTLY["Content-Security-Policy"],
}


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
    caller: Reader,
    max_side_px: Annotated[int | None, Query(ge=32, le=8192, description="Longer side of a smaller copy.")] = None,
) -> Response:
    """Give one photo of a check as JPEG: same picture, turned upright, nothing but pixels."""
    photo = await store_of(request).find_photo(caller, check_id, index)
    limits = services_of(request).photo_limits
    draw = functools.partial(upright_jpeg, max_side_px=max_side_px, limits=limits)
    copy = await pictures_of(request).draw(photo.sha256, draw)
    return Response(copy, media_type="image/jpeg", headers=SHORTLY)


@router.get(
    "/renditions/{side_px}",
    response_class=Response,
    responses={
        200: {"content": {"image/webp": {}}},
        304: {"description": "The rendition of If-None-Match is the present one"},
        **problems(401, 404, 422, 503),
    },
    summary="A photo at a fixed smaller size",
)
async def get_rendition(
    request: Request,
    check_id: str,
    index: Index,
    side_px: RenditionSide,
    caller: Reader,
) -> Response:
    """Give one photo of a check as WebP, upright, nothing but pixels: made once, and cheap after that.

    Its longer side is `side_px`, or the photo's own where that is shorter.
    """
    photo = await store_of(request).find_photo(caller, check_id, index)
    tag = f'"{photo.sha256[:32]}-{side_px}-{RENDITION_VERSION}"'
    headers = {**DAY_LONG, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    rendition = await pictures_of(request).rendition(photo.sha256, side_px)
    return Response(rendition, media_type="image/webp", headers=headers)


@router.get(
    "/evidence",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **problems(401, 404, 422, 503)},
    summary="The evidence in a photo",
)
async def get_evidence(request: Request, check_id: str, index: Index, caller: Reader) -> Response:
    """Give the evidence as a transparent PNG in the photo's frame: red speaks for counterfeit, blue for genuine."""
    photo, evidence = await store_of(request).find_evidence(caller, check_id, index)
    draw = functools.partial(_draw, evidence=evidence, limits=services_of(request).photo_limits)
    picture = await pictures_of(request).draw(photo.sha256, draw)
    return Response(picture, media_type="image/png", headers=SHORTLY)


@router.get(
    "/outline",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}, **problems(401, 404, 422, 503)},
    summary="The outline of the product in a photo",
)
async def get_outline(request: Request, check_id: str, index: Index, caller: Reader) -> Response:
    """Give the line around the product as an SVG in the photo's frame: stretch it over the photo."""
    _, evidence = await store_of(request).find_evidence(caller, check_id, index)
    if evidence.foreground is None:
        raise EvidenceNotFound(f"photo {index} of check {check_id} has no outline: its bundle did not find the product")
    return Response(outline_svg(evidence), media_type="image/svg+xml", headers=SHORTLY)


@router.get("/marks", responses=problems(401, 404, 422, 503), summary="What the photo's file says of how it was made")
async def get_marks(request: Request, response: Response, check_id: str, index: Index, caller: Reader) -> PhotoMarks:
    """Give the marks of generated and edited pictures in a photo's file, by C2PA and IPTC.

    A mark is a reason to look, never proof: anyone can write or remove one. Nothing is fetched for it.
    """
    photo = await store_of(request).find_photo(caller, check_id, index)
    found = await pictures_of(request).draw(photo.sha256, read_marks)
    response.headers.update(SHORTLY)
    return PhotoMarks(
        marks=[PhotoMark(standard=one.standard, kind=one.kind, text=one.text) for one in found], note=NO_PROOF
    )


@router.get("/crops", responses=problems(401, 404, 422, 503), summary="The crops that mattered, with references")
async def get_crops(request: Request, response: Response, check_id: str, index: Index, caller: Reader) -> PhotoCrops:
    """Give the two or three parts of a photo that spoke most for its outcome, and the references that look like them.

    References are those of the bundle that serves the product now, however old the check is.
    """
    services = services_of(request)
    store = store_of(request)
    photo, evidence = await store.find_evidence(caller, check_id, index)
    check = await store.check_rows.find(caller, check_id)
    outcome = check.photos[index].outcome
    response.headers["Cache-Control"] = "private, no-store"  # a reference may be erased at any time
    found = services.bundles.bank_of(check.product)
    if found is None or not found[1].has_any(check.product):
        crops = [ExplainedCrop(crop=crop) for crop in evidence_crops(evidence, outcome)]
        return PhotoCrops(crops=[_crop(crop, "") for crop in crops], references_bundle=None)
    detector, bank = found

    def explain(data: bytes) -> Sequence[ExplainedCrop]:
        return explain_photo(detector, bank, data, evidence=evidence, outcome=outcome, product=check.product)

    explained = await pictures_of(request).draw(photo.sha256, explain)
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


def _draw(data: bytes, *, evidence: Evidence, limits: PhotoLimits) -> bytes:
    """Draw evidence in the frame of its photo."""
    photo = open_photo(data, smallest_side_px=1, limits=limits)  # only the size matters: decode as little as possible
    return evidence_png(evidence, photo.width_px, photo.height_px)
