"""A ring of sellers that share photos and a number, on a running server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from PIL import Image

from tests.builders.photos import encode, smooth_pixels
from tests.serving.servers.running import Running

PIXELS = Image.fromarray(smooth_pixels(480, 360, seed=77))


def photo(image: Image.Image) -> bytes:
    """Give an image as a JPEG."""
    return encode(image, "JPEG", quality=85)


def check_ring(server: Running, sellers: Sequence[str] = ("seller-0", "seller-1", "seller-2")) -> None:
    """Check listings of three sellers of one ring: two have one photo, one of them mirrored, and all one number."""
    photos = (
        PIXELS,
        PIXELS.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        Image.fromarray(smooth_pixels(480, 360, seed=9)),
    )
    spellings = ("+86 138 0013 8000", "0086-138-0013-8000", "８６13800138000")
    for number, (image, spelling) in enumerate(zip(photos, spellings, strict=True)):
        listing = {
            "listing_id": f"=listing-{number}",
            "seller_id": sellers[number],
            "attributes": {"phone": spelling, "price": 10 + number, "currency": "EUR", "url": "https://x.example/1"},
        }
        server.answer(photo(image), listing=listing)


def cluster_of(server: Running, listings: int = 3) -> dict[str, Any]:
    """Give the largest cluster, once its listings are so many: they are indexed after their checks."""
    until = time.monotonic() + 60
    while True:
        found = server.http.get("/v1/clusters").json()["clusters"]
        if found and found[0]["listings"] == listings:
            detail: dict[str, Any] = server.http.get(f"/v1/clusters/{found[0]['cluster_id']}").json()
            return detail
        assert time.monotonic() < until, found
        time.sleep(0.05)
