"""Webhooks: endpoints, the log of what was delivered to them, test events and replay."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.clock import utc_now
from serving.errors import RequestInvalid
from serving.http.check_body import read_json, read_optional_json
from serving.http.cursors import number_in
from serving.http.query_time import read_time
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.events.events import MAX_CURSOR
from serving.routes.openapi.contract import json_body, problems
from serving.schemas.webhooks import (
    DeliveryPage,
    DeliveryState,
    TestSent,
    Webhook,
    WebhookChange,
    WebhookList,
    WebhookReplayed,
    WebhookReplaySent,
    WebhookRotationSent,
    WebhookSent,
    WebhookWithSecret,
)
from serving.services import endpoints_of, services_of, store_of
from serving.store.webhooks.delivery_log import Range

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
MAX_BODY_BYTES = 256 * 1024
READ = (401, 404, 422, 503)
SENT = (400, 401, 404, 408, 409, 413, 415, 422, 503)
Admin = Annotated[Principal, Depends(require("admin"))]


@router.post(
    "", status_code=201, openapi_extra=json_body(WebhookSent), responses=problems(*SENT), summary="Make a webhook"
)
async def create_webhook(request: Request, response: Response, caller: Admin) -> WebhookWithSecret:
    """Deliver events to an address from now on; the answer has the secret, which is shown this once."""
    endpoints = endpoints_of(request)
    sent = await read_json(request, WebhookSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    response.headers["Cache-Control"] = "no-store"
    return await endpoints.add(caller, sent)


@router.get("", responses=problems(*READ), summary="List webhooks")
async def list_webhooks(request: Request, caller: Admin) -> WebhookList:
    """Give every endpoint of the caller; the operator's key gives those of members too."""
    return WebhookList(webhooks=await store_of(request).endpoint_rows.find_all(caller))


@router.get("/{webhook_id}", responses=problems(*READ), summary="Read a webhook")
async def get_webhook(request: Request, webhook_id: str, caller: Admin) -> Webhook:
    """Give an endpoint, and how its deliveries go."""
    return await store_of(request).endpoint_rows.find(caller, webhook_id)


@router.patch(
    "/{webhook_id}",
    openapi_extra=json_body(WebhookChange),
    responses=problems(*(status for status in SENT if status != 409)),
    summary="Change a webhook",
)
async def change_webhook(request: Request, webhook_id: str, caller: Admin) -> Webhook:
    """Change what is sent, and leave the rest; `enabled` switches deliveries on and off."""
    endpoints = endpoints_of(request)
    sent = await read_json(request, WebhookChange, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    return await endpoints.change(caller, webhook_id, sent)


@router.delete("/{webhook_id}", status_code=204, responses=problems(*READ), summary="Delete a webhook")
async def delete_webhook(request: Request, webhook_id: str, caller: Admin) -> Response:
    """Delete an endpoint with its log; what waits for it is not delivered any more."""
    await store_of(request).endpoint_rows.delete(caller, webhook_id)
    return Response(status_code=204)  # without a body, and so without the type of one


@router.post(
    "/{webhook_id}/rotate",
    openapi_extra=json_body(WebhookRotationSent, required=False),
    responses=problems(*(status for status in SENT if status != 409)),
    summary="Replace a webhook's keys",
)
async def rotate_webhook(request: Request, response: Response, webhook_id: str, caller: Admin) -> WebhookWithSecret:
    """Give an endpoint a new secret and a new public key; the previous ones sign too for a while."""
    endpoints = endpoints_of(request)
    sent = await read_optional_json(
        request, WebhookRotationSent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request)
    )
    response.headers["Cache-Control"] = "no-store"
    return await endpoints.rotate(caller, webhook_id, sent)


@router.post(
    "/{webhook_id}/test", status_code=202, responses=problems(401, 404, 409, 422, 503), summary="Deliver a test event"
)
async def test_webhook(request: Request, webhook_id: str, caller: Admin) -> TestSent:
    """Deliver an event of the type `webhook.test` to this endpoint; its log has what came of it."""
    event_id = await store_of(request).delivery_log.add_test(caller, webhook_id, utc_now())
    return TestSent(event_id=event_id)


@router.get("/{webhook_id}/deliveries", responses=problems(401, 404, 422, 503), summary="The log of deliveries")
async def list_deliveries(
    request: Request,
    webhook_id: str,
    caller: Admin,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Deliveries in a page.")] = 50,
) -> DeliveryPage:
    """Give what was delivered to an endpoint and what waits, newest event first, with every attempt that is kept."""
    before = number_in(cursor, highest=MAX_CURSOR)
    log = store_of(request).delivery_log
    return await log.find_page(caller, webhook_id, before=before, limit=limit, state=state)


@router.post(
    "/{webhook_id}/replay",
    status_code=202,
    openapi_extra=json_body(WebhookReplaySent),
    responses=problems(*SENT),
    summary="Deliver again",
)
async def replay_webhook(request: Request, webhook_id: str, caller: Admin) -> WebhookReplayed:
    """Deliver one event again, or those of a time, each with the `webhook-id` that it had."""
    store = store_of(request)
    sent = await read_json(request, WebhookReplaySent, max_bytes=MAX_BODY_BYTES, timeout_s=_timeout_s(request))
    now = utc_now()
    await store.event_rows.number()
    if sent.event_id is not None:
        return WebhookReplayed(deliveries=await store.delivery_log.replay_one(caller, webhook_id, sent.event_id, now))
    wanted = Range(
        since=read_time("since", sent.since or ""),
        until=now if sent.until is None else read_time("until", sent.until),
        only_undelivered=sent.only_undelivered,
    )
    if wanted.until < wanted.since:
        raise RequestInvalid("until: lies before since", [("until", "lies before since")])
    return WebhookReplayed(deliveries=await store.delivery_log.replay_range(caller, webhook_id, wanted, now))


def _timeout_s(request: Request) -> float:
    return services_of(request).upload_timeout_s
