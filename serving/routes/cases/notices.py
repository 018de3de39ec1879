"""The seller's notice behind its link, which needs no key; and for who has one, a new link and the seller's photos."""

from __future__ import annotations

import functools
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from serving.http.check_body import read_json
from serving.http.rate_limit import caller_at
from serving.routes.auth import require_operator
from serving.routes.cases.cases import NEVER_STORED, Reader, Writer
from serving.routes.openapi.contract import SHORTLY, json_body, problems
from serving.schemas.enforcement.case_notices import EvidenceSent, SellerComplaintSent, SellerNotice
from serving.schemas.enforcement.cases import SellerLinkMade
from serving.services import duties_of, enforcement_of, pictures_of, seller_side_of, services_of, store_of
from vision.photo.rendition import upright_jpeg

MAX_EVIDENCE_BYTES: Final = 32 * 1024 * 1024
MAX_COMPLAINT_BYTES: Final = 64 * 1024
Token = Annotated[str, Path(max_length=100)]
open_router = APIRouter(prefix="/v1/case-notices", tags=["cases"])
router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"])


@open_router.get("/{token}", responses=problems(404, 422, 429, 503), summary="Read a notice by its link")
async def get_notice(request: Request, response: Response, token: Token) -> SellerNotice:
    """Give the notice behind a link, which whoever has the link may read; it needs no key."""
    response.headers.update(NEVER_STORED)
    with enforcement_of(request).link_limiter.hold(_address_of(request)):
        return await seller_side_of(request).read(token)


@open_router.post(
    "/{token}",
    status_code=201,
    openapi_extra=json_body(EvidenceSent),
    responses=problems(400, 404, 408, 409, 413, 415, 422, 429, 503),
    summary="Send evidence against a notice",
)
async def answer_notice(request: Request, response: Response, token: Token) -> SellerNotice:
    """Answer a notice with words and photos, which the right holder sees. Sent again, it is kept once."""
    response.headers.update(NEVER_STORED)
    with enforcement_of(request).link_limiter.hold(_address_of(request)):
        side = seller_side_of(request)
        await side.read(token)  # before a byte of the body is read
        timeout_s = services_of(request).upload_timeout_s
        sent = await read_json(request, EvidenceSent, max_bytes=MAX_EVIDENCE_BYTES, timeout_s=timeout_s)
        return await side.answer(token, sent.text, [photo.base64 for photo in sent.photos])


@open_router.post(
    "/{token}/complaints",
    status_code=201,
    openapi_extra=json_body(SellerComplaintSent),
    responses=problems(400, 404, 408, 409, 413, 415, 422, 429, 503),
    summary="Complain about the decision of a notice",
)
async def complain_by_notice(request: Request, response: Response, token: Token) -> SellerNotice:
    """Complain as a seller about the decision, within six months where the EU's law counts; a person decides.

    Sent again with the same words, it is the same complaint.
    """
    response.headers.update(NEVER_STORED)
    with enforcement_of(request).link_limiter.hold(_address_of(request)):
        side = seller_side_of(request)
        await side.read(token)  # before a byte of the body is read
        timeout_s = services_of(request).upload_timeout_s
        sent = await read_json(request, SellerComplaintSent, max_bytes=MAX_COMPLAINT_BYTES, timeout_s=timeout_s)
        await duties_of(request).complain_by_link(token, sent.text)
        return await side.read(token)


@router.post(
    "/seller-link",
    status_code=201,
    responses=problems(401, 404, 422, 503),
    summary="Make a new link to a seller's notice",
)
async def make_link(
    request: Request,
    response: Response,
    case_id: str,
    caller: Writer,
    notice_id: Annotated[
        str | None,
        Query(max_length=36, description="The seller's notice in the case's `notices`; needed where it has several."),
    ] = None,
) -> SellerLinkMade:
    """Make a link for a seller who lost it; the one before leads nowhere from now on."""
    require_operator(caller)
    token = await seller_side_of(request).make_link(caller, case_id, notice_id)
    response.headers.update(NEVER_STORED)
    return SellerLinkMade(seller_link=seller_link_of(request, token))


@router.get(
    "/evidence/{evidence_id}/photos/{index}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **problems(401, 404, 422, 503)},
    summary="A photo of the seller's evidence, upright and without metadata",
)
async def get_evidence_photo(
    request: Request,
    case_id: str,
    evidence_id: str,
    index: Annotated[int, Path(ge=0, le=99)],
    caller: Reader,
) -> Response:
    """Give one photo that a seller sent as JPEG: same picture, turned upright, nothing but pixels."""
    sha256 = await store_of(request).case_notice_rows.find_photo(caller, case_id, evidence_id, index)
    draw = functools.partial(upright_jpeg, max_side_px=None, limits=services_of(request).photo_limits)
    return Response(await pictures_of(request).draw(sha256, draw), media_type="image/jpeg", headers=SHORTLY)


def seller_link_of(request: Request, token: str) -> str:
    """Give the path of the page that shows a seller its notice."""
    return f"{request.scope.get('root_path', '')}/notices/{token}"


def _address_of(request: Request) -> str:
    return caller_at(None if request.client is None else request.client.host)
