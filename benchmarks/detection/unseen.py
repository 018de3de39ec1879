"""Draws listings that a bundle was not fitted on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from training.data.photo_row import PhotoRow
from training.robustness.robustness import draw_listings
from vision.bundle.bundle import SEEN_DIGITS, Bundle, seen_photos


def draw_unseen_listings(rows: Sequence[PhotoRow], bundle: Bundle, count: int, seed: int) -> frozenset[str]:
    """`count` of the rows' listings, by label, product and seed; none of which the bundle was fitted on a photo."""
    seen = seen_photos(bundle)
    known = {row.listing for row in rows if _digest(row) in seen}
    strata: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.listing not in known:
            strata.setdefault(row.listing, (row.label or "", row.product))
    return draw_listings(strata, count, seed)


def _digest(row: PhotoRow) -> str:
    return hashlib.sha256(row.photo.read_bytes()).hexdigest()[:SEEN_DIGITS]
