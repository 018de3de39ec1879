"""By what a listing and a seller are known in investigations."""

from __future__ import annotations

import hashlib

KEY_CHARACTERS = 32  # 128 bits: no two listings of a marketplace meet


def listing_key_of(product: str, listing_id: str | None, check_id: str) -> str:
    """Give what all checks of one listing have in common; a check without a listing's id is a listing of its own."""
    return _key("check", check_id) if listing_id is None else _key("listing", product, listing_id)


def party_of(seller_id: str | None, listing_key: str) -> str:
    """Give what stands for a seller, or for a listing whose seller is not known."""
    return listing_key if seller_id is None else _key("seller", seller_id)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:KEY_CHARACTERS]
