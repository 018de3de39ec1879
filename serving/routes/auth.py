"""Asks for the API key where one is set."""

from __future__ import annotations

import hashlib
import hmac

from fastapi import Request

from serving.errors import KeyInvalid, KeyRequired
from serving.http.rate_limit import caller_at
from serving.principal import Principal
from serving.services import services_of

OPEN = "open"


async def require_key(request: Request) -> Principal:
    """Give the caller, for the routes that depend on it; raises what `identify_caller` raises."""
    return identify_caller(request, services_of(request).api_key)


def identify_caller(request: Request, api_key: str | None) -> Principal:
    """Give who calls: one key, or where no key is asked, an address. Raises KeyRequired or KeyInvalid.

    Keys are compared by their hashes in constant time, so that neither content nor length can be measured.
    """
    if api_key is None:
        return Principal(name=OPEN, rate_key=caller_at(None if request.client is None else request.client.host))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise KeyRequired("this server asks for an API key; send it as `Authorization: Bearer KEY`")
    sent, wanted = _digest(token.strip()), _digest(api_key)
    if not hmac.compare_digest(sent, wanted):
        raise KeyInvalid("this API key is not known here; check that it was copied whole")
    name = wanted.hex()[:16]
    return Principal(name=name, rate_key=name)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
