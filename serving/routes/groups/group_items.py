"""What members share in a working group, and what they ask of each other's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.groups.groups_csv import items_csv
from serving.http.check_body import read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.csv_files import MAX_ROWS, csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_groups import ITEMS_CSV_EXAMPLE
from serving.schemas.enforcement.groups import (
    GroupAnswer,
    GroupItemPage,
    GroupQuestion,
    ItemsSent,
    ItemsShared,
    ItemsWithdrawn,
    SharedKind,
    WithdrawalOfItems,
)
from serving.services import groups_of, services_of, store_of

router = APIRouter(prefix="/v1/groups/{group_id}", tags=["groups"])
MAX_BODY_BYTES = 16 * 1024
READ = (401, 404, 422, 503)
SENT = (400, 401, 404, 408, 413, 415, 422, 503)
UUID_LENGTH = 36
Reader = Annotated[Principal, Depends(require("read"))]
CasesKey = Annotated[Principal, Depends(require("cases"))]


@router.post(
    "/items", openapi_extra=json_body(ItemsSent), responses=problems(*SENT, 409), summary="Share what a check shows"
)
async def share_items(request: Request, group_id: str, caller: CasesKey) -> ItemsShared:
    """Share hashes, embeddings or seller signals of a check that is confirmed as counterfeit.

    Sent again it changes nothing, but for embeddings that another bundle makes by now.
    """
    groups = groups_of(request)
    sent = await read_json(request, ItemsSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return await groups.share(caller, group_id, sent)


@router.get("/items", responses=problems(*READ), summary="List what is shared")
async def list_items(
    request: Request,
    group_id: str,
    caller: Reader,
    kind: Annotated[SharedKind | None, Query(description="Only this kind.")] = None,
    check_id: Annotated[str | None, Query(description="Only of this check.")] = None,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Items in a page.")] = 50,
) -> GroupItemPage:
    """Give what the caller's member shares, newest first, and how often each item matched; to the operator all."""
    before = id_in(cursor)
    rows = store_of(request).groups.items
    found = await rows.find_page(caller, group_id, limit + 1, before=before, kind=kind, check_id=check_id)
    items, next_cursor = page_of(found, limit, lambda item: item.item_id)
    return GroupItemPage(items=items, next_cursor=next_cursor)


@router.get(
    "/items.csv",
    response_class=Response,
    responses=csv_or_problems(ITEMS_CSV_EXAMPLE, *READ),
    summary="What is shared as CSV",
)
async def export_items(
    request: Request,
    group_id: str,
    caller: Reader,
    kind: Annotated[SharedKind | None, Query(description="Only this kind.")] = None,
) -> Response:
    """Give the newest 10,000 items of the caller's member as rows of CSV (RFC 4180, UTF-8); to the operator all."""
    found = await store_of(request).groups.items.find_page(caller, group_id, MAX_ROWS, kind=kind)
    return csv_file(items_csv(found), "group-items.csv")


@router.post(
    "/withdrawals",
    openapi_extra=json_body(WithdrawalOfItems),
    responses=problems(*SENT),
    summary="Withdraw what is shared",
)
async def withdraw_items(request: Request, group_id: str, caller: CasesKey) -> ItemsWithdrawn:
    """Withdraw one item, all of a check, or everything; no answer after this one counts them."""
    rows = store_of(request).groups.items
    sent = await read_json(request, WithdrawalOfItems, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return ItemsWithdrawn(withdrawn=await rows.withdraw(caller, group_id, sent))


@router.post(
    "/questions",
    openapi_extra=json_body(GroupQuestion),
    responses=problems(*SENT, 409, 429),
    summary="Ask whether something is known",
)
async def ask_group(request: Request, response: Response, group_id: str, caller: CasesKey) -> GroupAnswer:
    """Look up a photo, a check of yours or a seller among what the other members share.

    The answer has no hash, no photo and nothing else of theirs. Each question is in the audit log and counts towards
    `groups.questions_per_day`.
    """
    groups, services = groups_of(request), services_of(request)
    response.headers["Cache-Control"] = "no-store"
    largest = services.max_request_bytes
    sent = await read_json(request, GroupQuestion, max_bytes=largest, timeout_s=services.upload_timeout_s)
    return await groups.ask(caller, group_id, sent)


def _timeout_s(request: Request) -> float:
    return services_of(request).upload_timeout_s
