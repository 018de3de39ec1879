"""API keys: which there are, and making, rotating and revoking them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.accounts.keys import Keys
from serving.http.check_body import read_json, read_optional_json
from serving.http.cursors import page_of
from serving.principal import Principal
from serving.routes.auth import authenticate, require
from serving.routes.openapi.contract import json_body, problems
from serving.routes.optional_page import PageCursor, PageLimit
from serving.schemas.accounts import ApiKey, Caller, KeyList, KeySent, NewApiKey, RotationSent
from serving.schemas.checks import utc_text
from serving.services import services_of, store_of

router = APIRouter(prefix="/v1/keys", tags=["accounts"])
MAX_BODY_BYTES = 64 * 1024
NEVER_STORED = {"Cache-Control": "no-store"}
Admin = Annotated[Principal, Depends(require("admin"))]


@router.get("", responses=problems(401, 404, 422, 503), summary="List API keys")
async def list_keys(
    request: Request, response: Response, caller: Admin, limit: PageLimit = None, cursor: PageCursor = None
) -> KeyList:
    """Give the keys, newest first, without their secrets; a member's key sees those of its member."""
    response.headers.update(NEVER_STORED)
    found = await _keys_of(request).list(caller, limit=limit and limit + 1, after=cursor)
    keys, next_cursor = page_of(found, limit or len(found), lambda key: key.key_id)
    return KeyList(keys=keys, next_cursor=next_cursor)


@router.get("/current", responses=problems(401, 422, 503), summary="Who calls")
async def get_caller(
    request: Request, response: Response, caller: Annotated[Principal, Depends(authenticate)]
) -> Caller:
    """Give what the key that is sent may do, and which products it sees. Every valid key may ask."""
    response.headers.update(NEVER_STORED)
    return Caller(
        key_id=caller.key_id,
        member_id=caller.member_id,
        scopes=sorted(caller.scopes),
        products=None if caller.products is None else sorted(caller.products),
        expires_at=None if caller.expires_at is None else utc_text(caller.expires_at),
    )


@router.post(
    "",
    status_code=201,
    openapi_extra=json_body(KeySent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Make an API key",
)
async def create_key(request: Request, response: Response, caller: Admin) -> NewApiKey:
    """Make a key, and give its secret this once. It can do no more than the key that makes it."""
    keys = _keys_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, KeySent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    response.headers.update(NEVER_STORED)
    return await keys.create(caller, sent)


@router.post(
    "/{key_id}/rotate",
    status_code=201,
    openapi_extra=json_body(RotationSent, required=False),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Rotate an API key",
)
async def rotate_key(request: Request, response: Response, key_id: str, caller: Admin) -> NewApiKey:
    """Make a key with the rights of another one, which stays valid for `overlap_s` seconds more.

    The new one goes on where the old one was: an Idempotency-Key sent with one is known with the other.
    """
    keys = _keys_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_optional_json(request, RotationSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    response.headers.update(NEVER_STORED)
    return await keys.rotate(caller, key_id, sent)


@router.post("/{key_id}/revoke", responses=problems(401, 404, 409, 422, 503), summary="Revoke an API key")
async def revoke_key(request: Request, response: Response, key_id: str, caller: Admin) -> ApiKey:
    """Refuse a key from now on, on every server of this store; sent again, it changes nothing."""
    response.headers.update(NEVER_STORED)
    return await _keys_of(request).revoke(caller, key_id)


def _keys_of(request: Request) -> Keys:
    return Keys(store_of(request).key_rows, services_of(request).authenticator)
