"""Keyed hashes of sellers: equal for equal sellers of one group, and worth nothing without the group's key."""

from __future__ import annotations

import hashlib
import hmac

from serving.schemas.enforcement.groups import SharedKind


def keyed_hash(key: bytes, kind: SharedKind, value: str) -> str:
    """Give HMAC-SHA256 (RFC 2104) of a seller's id or contact under a group's key, as 64 hexadecimal digits.

    A plain hash would be undone by hashing every telephone number; the kind keeps an id and a contact of the same text
    apart.
    """
    return hmac.new(key, f"{kind}\n{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
