"""Test buys: listed, read, moved, and shown by photos; and the checklists that they are examined by."""

from __future__ import annotations

import functools
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from serving.checks.idempotency import hash_content, hash_key
from serving.clock import utc_now
from serving.http.check_body import read_body, read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.csv_files import csv_file, csv_or_problems
from serving.routes.openapi.contract import SHORTLY, json_body, problems
from serving.routes.openapi.examples_buys import BUYS_CSV_EXAMPLE
from serving.routes.test_buys.plans import MAX_BODY_BYTES, NEVER_STORED
from serving.schemas.enforcement.buys import (
    Buy,
    BuyMoveSent,
    BuyPage,
    BuyPhoto,
    BuySelection,
    BuyState,
    Checklist,
    ChecklistSent,
    PlanState,
    PointId,
)
from serving.services import buys_of, pictures_of, services_of, store_of
from serving.store.idempotency_rows import Claim
from serving.store.test_buys.buy_rows import BuyFilter
from serving.test_buys.buys_csv import CSV_ROWS, buys_csv
from vision.photo.decode import open_photo
from vision.photo.rendition import upright_jpeg

router = APIRouter(prefix="/v1/test-buys", tags=["test buys"])
Reader = Annotated[Principal, Depends(require("read"))]
Writer = Annotated[Principal, Depends(require("cases"))]
BuyId = Annotated[str, Path(max_length=100)]
PhotoIndex = Annotated[int, Path(ge=0, le=9999)]
ProductName = Annotated[str, Path(max_length=200)]
PHOTO_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of one photo, in any format that a check takes.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def filter_sent(
    plan_id: Annotated[str | None, Query(max_length=36, description="Only those of this plan.")] = None,
    plan_state: Annotated[PlanState | None, Query(description="Only those whose plan is in this state.")] = None,
    product: Annotated[str | None, Query(max_length=200, description="Only those of this product.")] = None,
    state: Annotated[BuyState | None, Query(description="Only those in this state.")] = None,
    selection: Annotated[BuySelection | None, Query(description="Only those selected so.")] = None,
    seller_id: Annotated[str | None, Query(max_length=200, description="Only those of this seller.")] = None,
    check_id: Annotated[str | None, Query(max_length=36, description="Only those of this check.")] = None,
) -> BuyFilter:
    """Read the filters of a list."""
    return BuyFilter(
        plan_id=plan_id,
        plan_state=plan_state,
        product=product,
        state=state,
        selection=selection,
        seller_id=None if seller_id is None else seller_id.strip(),
        check_id=check_id,
    )


Filter = Annotated[BuyFilter, Depends(filter_sent)]


@router.get("", responses=problems(401, 404, 422, 503), summary="List test buys")
async def list_buys(
    request: Request,
    response: Response,
    caller: Reader,
    wanted: Filter,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Test buys in a page.")] = 50,
) -> BuyPage:
    """Give one page of test buys, newest first; a member sees those of its products, once their plan is accepted."""
    response.headers.update(NEVER_STORED)
    found = await store_of(request).test_buys.rows.find_page(caller, wanted, limit + 1, after=id_in(cursor))
    buys, next_cursor = page_of(found, limit, lambda buy: buy.buy_id)
    return BuyPage(buys=buys, next_cursor=next_cursor)


@router.get(
    ".csv",
    response_class=Response,
    responses=csv_or_problems(BUYS_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="A list of test buys as CSV",
)
async def export_buys(request: Request, caller: Reader, wanted: Filter) -> Response:
    """Give the newest test buys that match, at most 100,000, as rows of CSV (RFC 4180, UTF-8)."""
    found = await store_of(request).test_buys.rows.find_page(caller, wanted, CSV_ROWS)
    return csv_file(buys_csv(found), "test-buys.csv")


@router.get("/{buy_id}", responses=problems(401, 404, 422, 503), summary="A test buy")
async def get_buy(request: Request, response: Response, buy_id: BuyId, caller: Reader) -> Buy:
    """Give a test buy with its moves, findings and photos, and the moves that the caller may make."""
    response.headers.update(NEVER_STORED)
    return await buys_of(request).find(caller, buy_id)


@router.post(
    "/{buy_id}/moves",
    status_code=201,
    openapi_extra=json_body(BuyMoveSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Move a test buy",
)
async def move_buy(
    request: Request,
    buy_id: BuyId,
    caller: Writer,
    idempotency_key: Annotated[str | None, Header(description="Makes a retry safe; send a UUID.")] = None,
) -> Buy:
    """Order, receive or examine a purchase, or give its outcome; a counterfeit opens a case with the same commit."""
    buys = buys_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, BuyMoveSent, max_bytes=8 * MAX_BODY_BYTES, timeout_s=timeout_s)
    claim = None
    if idempotency_key is not None:
        content = {"buy_id": buy_id, **sent.model_dump(mode="json")}
        claim = Claim(key_sha256=hash_key(idempotency_key, caller.name), fingerprint=hash_content(content))
    return await buys.move(caller, buy_id, sent, utc_now(), claim)


@router.post(
    "/{buy_id}/photos",
    status_code=201,
    openapi_extra=PHOTO_BODY,
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Add a photo of a purchase",
)
async def add_buy_photo(
    request: Request,
    buy_id: BuyId,
    caller: Writer,
    point_id: Annotated[PointId | None, Query(description="The point of the checklist that it shows.")] = None,
) -> BuyPhoto:
    """Keep a photo as it is received; the same bytes again are the same photo, so a retry adds none."""
    services, store = services_of(request), store_of(request)
    await buys_of(request).find(caller, buy_id)  # before anything of the body is decoded
    data = await read_body(request, max_bytes=services.photo_limits.max_bytes, timeout_s=services.upload_timeout_s)
    await services.compute.run(functools.partial(open_photo, data, smallest_side_px=1, limits=services.photo_limits))
    return await store.test_buys.photos.add(caller, buy_id, data, point_id, utc_now())


@router.get(
    "/{buy_id}/photos/{index}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **problems(401, 404, 422, 503)},
    summary="A photo of a purchase, upright and without metadata",
)
async def get_buy_photo(
    request: Request,
    buy_id: BuyId,
    index: PhotoIndex,
    caller: Reader,
    max_side_px: Annotated[int | None, Query(ge=32, le=8192, description="Longer side of a smaller copy.")] = None,
) -> Response:
    """Give one photo of a purchase as JPEG: same picture, turned upright, nothing but pixels."""
    photo = await store_of(request).test_buys.photos.find(caller, buy_id, index)
    limits = services_of(request).photo_limits
    draw = functools.partial(upright_jpeg, max_side_px=max_side_px, limits=limits)
    return Response(await pictures_of(request).draw(photo.sha256, draw), media_type="image/jpeg", headers=SHORTLY)


@router.get("/checklists/{product}", responses=problems(401, 404, 422, 503), summary="A product's checklist")
async def get_checklist(
    request: Request,
    response: Response,
    product: ProductName,
    caller: Reader,
    version: Annotated[int | None, Query(ge=1, description="A version; the latest where left out.")] = None,
) -> Checklist:
    """Give the points by which a purchase of the product is examined."""
    response.headers.update(NEVER_STORED)
    return await store_of(request).test_buys.checklists.find(caller, product, version)


@router.put(
    "/checklists/{product}",
    openapi_extra=json_body(ChecklistSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Change a product's checklist",
)
async def set_checklist(request: Request, product: ProductName, caller: Writer) -> Checklist:
    """Make a new version of a checklist; examinations keep the version that they used."""
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ChecklistSent, max_bytes=8 * MAX_BODY_BYTES, timeout_s=timeout_s)
    return await store_of(request).test_buys.checklists.change(caller, product, sent, utc_now())
