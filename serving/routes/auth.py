"""Asks for the API key where one is set."""

from __future__ import annotations

import hashlib
import hmac

from fastapi import Request

from serving.errors import KeyInvalid, KeyRequired
from serving.http.rate_limit import caller_at
from serving.services import services_of

OPEN = "open"


async def require_key(request: Request) -> str:
    """Give who calls, for the routes that depend on it; raises what `identify_caller` raises."""
    return identify_caller(request, services_of(request).settings.api_key)


def identify_caller(request: Request, expected: str | None) -> str:
    """Give who calls, as a name that Idempotency-Keys hang on; raises KeyRequired or KeyInvalid.

    Keys are compared by their hashes in constant time, so that neither content nor length can be measured.
    """
    if expected is None:
        return OPEN
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise KeyRequired("this server asks for an API key; send it as `Authorization: Bearer KEY`")
    sent, wanted = _digest(token.strip()), _digest(expected)
    if not hmac.compare_digest(sent, wanted):
        raise KeyInvalid("this API key is not known here; check that it was copied whole")
    return wanted.hex()[:16]


def rate_limited_as(request: Request, caller: str) -> str:
    """Give whom rate limits count a request to: its key, or where no key is asked, the address that it came from."""
    if caller != OPEN:
        return caller
    return caller_at(None if request.client is None else request.client.host)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
