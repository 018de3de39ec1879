"""Users: the people who hold keys."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.http.cursors import page_of
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import json_body, problems
from serving.routes.optional_page import PageCursor, PageLimit
from serving.schemas.accounts import User, UserList, UserSent
from serving.services import services_of, store_of

router = APIRouter(prefix="/v1/users", tags=["accounts"])
MAX_BODY_BYTES = 64 * 1024
Admin = Annotated[Principal, Depends(require("admin"))]


@router.get("", responses=problems(401, 404, 422, 503), summary="List users")
async def list_users(request: Request, caller: Admin, limit: PageLimit = None, cursor: PageCursor = None) -> UserList:
    """Give the users by name; a member's key sees those of its member."""
    found = await store_of(request).user_rows.find_all(caller, limit=limit and limit + 1, after=cursor)
    users, next_cursor = page_of(found, limit or len(found), lambda user: user.user_id)
    return UserList(users=users, next_cursor=next_cursor)


@router.post(
    "",
    status_code=201,
    openapi_extra=json_body(UserSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Add a user",
)
async def create_user(request: Request, caller: Admin) -> User:
    """Add a person who holds keys, of the caller's member unless the operator names another."""
    rows, timeout_s = store_of(request).user_rows, services_of(request).upload_timeout_s
    sent = await read_json(request, UserSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await rows.add(caller, sent, utc_now())


@router.delete("/{user_id}", status_code=204, responses=problems(401, 404, 409, 422, 503), summary="Remove a user")
async def delete_user(request: Request, user_id: str, caller: Admin) -> Response:
    """Remove a user, whose name and address are then gone, and revoke the user's keys."""
    keep_admin = not services_of(request).authenticator.has_settings_key
    now = utc_now()
    await store_of(request).user_rows.remove(caller, user_id, now, keep_admin=keep_admin)
    return Response(status_code=204)
