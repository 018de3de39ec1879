"""Members: the brand owners of a server, and the products that their keys see."""

from __future__ import annotations

from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, Response

from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.http.cursors import page_of
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.openapi.contract import json_body, problems
from serving.routes.optional_page import PageCursor, PageLimit
from serving.schemas.accounts import Member, MemberList, MemberSent, ProductsSent
from serving.schemas.checks import Sent
from serving.services import services_of, store_of

router = APIRouter(prefix="/v1/members", tags=["accounts"])
MAX_BODY_BYTES = 512 * 1024  # a thousand products
S = TypeVar("S", bound=Sent)
Admin = Annotated[Principal, Depends(require("admin"))]


@router.get("", responses=problems(401, 404, 422, 503), summary="List members")
async def list_members(
    request: Request, caller: Admin, limit: PageLimit = None, cursor: PageCursor = None
) -> MemberList:
    """Give the members with their products, by name; a member's key sees its own member."""
    found = await store_of(request).member_rows.find_all(caller, limit=limit and limit + 1, after=cursor)
    members, next_cursor = page_of(found, limit or len(found), lambda member: member.member_id)
    return MemberList(members=members, next_cursor=next_cursor)


@router.post(
    "",
    status_code=201,
    openapi_extra=json_body(MemberSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Add a member",
)
async def create_member(request: Request, caller: Admin) -> Member:
    """Add a brand owner with its products; the operator's keys alone may."""
    require_operator(caller)
    rows = store_of(request).member_rows
    return await rows.add(caller, await _read(request, MemberSent), utc_now())


@router.put(
    "/{member_id}/products",
    openapi_extra=json_body(ProductsSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Set a member's products",
)
async def set_member_products(request: Request, member_id: str, caller: Admin) -> Member:
    """Make these all the products of a member; its keys see their checks, and no others, from the next request on."""
    require_operator(caller)
    rows = store_of(request).member_rows
    return await rows.set_products(caller, member_id, (await _read(request, ProductsSent)).products)


@router.delete("/{member_id}", status_code=204, responses=problems(401, 404, 422, 503), summary="Remove a member")
async def delete_member(request: Request, member_id: str, caller: Admin) -> Response:
    """Remove a member with its keys, users and webhooks, and cancel its jobs; its checks and reviews stay."""
    require_operator(caller)
    await store_of(request).remove_member(caller, member_id, utc_now())
    return Response(status_code=204)


async def _read(request: Request, kind: type[S]) -> S:
    timeout_s = services_of(request).upload_timeout_s
    return await read_json(request, kind, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
