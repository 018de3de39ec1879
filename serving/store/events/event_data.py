"""What an event says: its row, with what is read from its check, in a body that webhooks may carry."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.events import Event
from serving.store.sortable_id import time_of
from serving.store.tables import EventRow

MAX_BODY_BYTES = 20_000  # Standard Webhooks 1.0.0 asks for less than 20 kB
EVENT_PREFIX = "evt_"
OF_SEVERAL_PRODUCTS = ("bundle.activated",)  # their data has `products`
# Fields that the receiver can read back, the first ones to go where a body is too large.
_LEFT_OUT_FIRST = ("reasons", "photos", "products")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """What an event gives of its check."""

    answer: str
    listing_id: str | None
    seller_id: str | None
    product: str
    outcome: str


def event_of(row: EventRow, check: CheckFacts | None, principal: Principal) -> Event | None:
    """Give a numbered event as a caller sees it, None where it is not for this caller.

    `check` is None where it is about none, or the check was deleted. Of an event's `products` a member sees its own.
    """
    assert row.sequence is not None
    if not _is_visible(row, principal):
        return None
    data = _data_of(row, check)
    if principal.products is not None and "products" in data:
        data = {**data, "products": [product for product in data["products"] if principal.sees(product)]}
        if not data["products"]:
            return None
    left_out: list[str] = []
    while True:
        event = Event(
            id=row.event_id,
            sequence=row.sequence,
            type=row.type,
            timestamp=utc_text(time_of(row.event_id.removeprefix(EVENT_PREFIX))),
            product=row.product,
            data=data,
            left_out=left_out,
        )
        if len(body_of(event)) < MAX_BODY_BYTES:
            return event
        name = next(name for name in _LEFT_OUT_FIRST if name in data)
        data = {key: value for key, value in data.items() if key != name}
        left_out = [*left_out, name]


def _is_visible(row: EventRow, principal: Principal) -> bool:
    """Whether an event may be the caller's: by its product, by its member, or because it is about several products.

    The query of a page has the same conditions (`visible_to`); who asks for an event by its id has this one alone.
    """
    if principal.is_operator:
        return True
    if row.product is not None:
        return principal.sees(row.product)
    return row.member_id == principal.member_id or (row.member_id is None and row.type in OF_SEVERAL_PRODUCTS)


def body_of(event: Event) -> bytes:
    """Give the event as the JSON that a webhook carries."""
    return event.model_dump_json().encode()


def _data_of(row: EventRow, check: CheckFacts | None) -> dict[str, Any]:
    data = {} if row.data is None else json.loads(row.data)
    if row.check_id is None:
        return dict(data)
    if check is None:
        return {"check_id": row.check_id, **data, "deleted": True}
    if row.type == "check.completed":
        return {**json.loads(check.answer), "seller_id": check.seller_id}
    named = {"check_id": row.check_id, "listing_id": check.listing_id, "seller_id": check.seller_id}
    return {**named, "product": check.product, "outcome": check.outcome, **data}
