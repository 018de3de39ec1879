"""The content of a check as a caller sent it, whether as multipart or JSON."""

from __future__ import annotations

import dataclasses

from pydantic import JsonValue


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """A listing to judge; `photos` are the bytes as received, in the order sent."""

    photos: tuple[bytes, ...]
    listing_id: str | None = None
    seller_id: str | None = None
    product: str | None = None
    views: tuple[str | None, ...] | None = None
    attributes: dict[str, JsonValue] = dataclasses.field(default_factory=dict)
