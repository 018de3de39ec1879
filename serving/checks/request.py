"""The content of a check as a caller sent it, whether as multipart or JSON."""

from __future__ import annotations

import dataclasses

from pydantic import JsonValue


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """A listing to judge; `photos` are the bytes as received, in the order sent.

    `urls` runs parallel to `photos`: None where the bytes were sent, else the URL as sent, and the bytes are empty
    until they are fetched (`serving.checks.fetching`). None: no photo was sent by URL.
    """

    photos: tuple[bytes, ...]
    urls: tuple[str | None, ...] | None = None
    listing_id: str | None = None
    seller_id: str | None = None
    product: str | None = None
    views: tuple[str | None, ...] | None = None
    attributes: dict[str, JsonValue] = dataclasses.field(default_factory=dict)
