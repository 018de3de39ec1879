"""What one caller asks to be judged, whichever way it was sent."""

from __future__ import annotations

import dataclasses

from pydantic import JsonValue


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What one caller asks to be judged; photos are the bytes as received, in the order sent."""

    photos: tuple[bytes, ...]
    listing_id: str | None = None
    seller_id: str | None = None
    product: str | None = None
    views: tuple[str | None, ...] | None = None
    attributes: dict[str, JsonValue] = dataclasses.field(default_factory=dict)
