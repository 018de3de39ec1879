"""Events, read page by page: what webhooks deliver, for those who receive none."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.errors import RequestInvalid
from serving.http.cursors import number_in
from serving.http.query_time import read_time
from serving.principal import Principal
from serving.routes.auth import authenticate, require
from serving.routes.openapi.contract import problems
from serving.schemas.events import EVENT_TYPES, EventPage
from serving.services import store_of
from serving.store.events.event_rows import EventRows, EventsFound

router = APIRouter(prefix="/v1/events", tags=["events"])
MAX_WAIT_S = 20  # less than stop_timeout_s, so that a server that stops lets it end
POLL_S = 0.25  # between two reads of a request that waits
MAX_CURSOR = 2**63 - 1


@router.get("", responses=problems(401, 404, 422, 503), summary="Read what happened")
async def list_events(
    request: Request,
    response: Response,
    caller: Annotated[Principal, Depends(require("read"))],
    cursor: Annotated[
        str | None,
        Query(
            description="`next_cursor` of the page before, or `sequence` of the last event that you have; not sent: "
            "from the oldest event that is kept."
        ),
    ] = None,
    since: Annotated[
        str | None, Query(description="Begin at this RFC 3339 time or date, which is UTC; not with `cursor`.")
    ] = None,
    types: Annotated[
        str | None, Query(description="Only these types, with commas between: `check.completed,job.completed`.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Events in a page.")] = 50,
    wait_s: Annotated[
        float, Query(ge=0, le=MAX_WAIT_S, description="Seconds to wait for an event where none is there.")
    ] = 0,
) -> EventPage:
    """Give a page of events in the order of their numbers, of those that the caller's key may see.

    Every event comes once and none is passed over, whatever commits at the same time.
    """
    rows = store_of(request).event_rows
    wanted = _types_of(types)
    response.headers["Cache-Control"] = "no-store"
    await rows.number()
    after = await _start_of(rows, cursor, since)
    end = time.monotonic() + wait_s
    while True:
        found = await rows.find_page(caller, after=after, limit=limit, types=wanted)
        if found.events or found.after < found.last or time.monotonic() >= end or await request.is_disconnected():
            return _page_of(found)
        await asyncio.sleep(min(POLL_S, max(0.0, end - time.monotonic())))
        caller = await authenticate(request)  # a key that was revoked meanwhile reads nothing of what happens after it
        await rows.number()
        after = found.after


async def _start_of(rows: EventRows, cursor: str | None, since: str | None) -> int:
    if cursor is not None and since is not None:
        raise RequestInvalid("since: a cursor has its own place; send one of the two", [("since", "not with cursor")])
    if since is not None:
        return await rows.find_start(read_time("since", since))
    return number_in(cursor, highest=MAX_CURSOR) or 0


def _types_of(sent: str | None) -> frozenset[str]:
    types = frozenset() if sent is None else frozenset(part.strip() for part in sent.split(","))
    unknown = sorted(types - EVENT_TYPES)
    if unknown:
        message = f"{unknown[0][:40]!r} is not a type of event; there are {', '.join(sorted(EVENT_TYPES))}"
        raise RequestInvalid(f"types: {message}", [("types", message)])
    return types


def _page_of(found: EventsFound) -> EventPage:
    return EventPage(events=found.events, next_cursor=str(found.after), has_more=found.after < found.last)
