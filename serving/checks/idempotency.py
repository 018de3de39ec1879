"""Makes a retry safe: one Idempotency-Key belongs to one check for 24 hours, or to one review, across restarts."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import hashlib
import json
from collections.abc import AsyncIterator, Sequence

from serving.checks.request import CheckRequest
from serving.errors import IdempotencyKeyInvalid, StoreUnavailable
from serving.principal import Principal
from serving.schemas.checks import Check, ReviewSent
from serving.store.check_rows import CheckRows
from serving.store.idempotency_rows import Claim, RunningKeyRows, in_progress

MAX_KEY_LENGTH = 200


class Idempotency:
    """Knows which keys are in use now; their answers are in the store, written together with the check.

    Where servers share the store, `running_keys` has the keys that any of them has in hand.
    """

    def __init__(self, check_rows: CheckRows, running_keys: RunningKeyRows | None = None) -> None:
        self._check_rows = check_rows
        self._running_keys = running_keys
        self._running: dict[str, str] = {}

    @contextlib.asynccontextmanager
    async def hold(self, principal: Principal, claim: Claim, now: datetime.datetime) -> AsyncIterator[Check | None]:
        """Hold a key while the block runs; gives what it was answered before, None for a new key.

        Raises IdempotencyInProgress where it is held already, IdempotencyKeyReused where it belongs to other content.
        """
        running = self._running.get(claim.key_sha256)
        if running is not None:
            claim.require_same(running)
            raise in_progress()
        self._running[claim.key_sha256] = claim.fingerprint
        try:
            if self._running_keys is None:
                yield await self._check_rows.find_answer(principal, claim, now)
            else:
                async with _taken(self._running_keys, principal, claim, now) as earlier:
                    yield earlier
        finally:
            del self._running[claim.key_sha256]


@contextlib.asynccontextmanager
async def _taken(
    running_keys: RunningKeyRows, principal: Principal, claim: Claim, now: datetime.datetime
) -> AsyncIterator[Check | None]:
    """Take a key among all servers; a stored check gives it back by itself, and one that failed here."""
    earlier = await running_keys.take(principal, claim, now)
    try:
        yield earlier
    except BaseException:
        if earlier is None:
            with contextlib.suppress(StoreUnavailable):  # it expires
                await asyncio.shield(running_keys.give_back(claim))
        raise
    finally:
        running_keys.end(claim)


def make_claim(key: str, caller: str, request: CheckRequest, photo_sha256s: Sequence[str]) -> Claim:
    """Hash the caller with the key, and what was sent: photos by their hashes and the listing, however it was framed.

    A photo that is fetched counts by its URL: a retry is answered as before, whatever that URL gives by then. Raises
    IdempotencyKeyInvalid.
    """
    urls = request.urls or [None] * len(photo_sha256s)
    sent = {
        "photos": [sha256 if url is None else f"url:{url}" for sha256, url in zip(photo_sha256s, urls, strict=True)],
        "listing_id": request.listing_id,
        "seller_id": request.seller_id,
        "product": request.product,
        "views": request.views,
        "attributes": request.attributes,
    }
    return Claim(key_sha256=hash_key(key, caller), fingerprint=hash_content(sent))


def make_review_claim(key: str, caller: str, check_id: str, sent: ReviewSent) -> Claim:
    """As `make_claim`, for a decision on a check."""
    content = {"check_id": check_id, "decision": sent.decision, "note": sent.note}
    return Claim(key_sha256=hash_key(key, caller), fingerprint=hash_content(content))


def hash_key(key: str, caller: str) -> str:
    """Hash a key with its caller, so that two callers may use the same one; raises IdempotencyKeyInvalid."""
    if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isprintable():
        raise IdempotencyKeyInvalid(
            f"Idempotency-Key must have 1 to {MAX_KEY_LENGTH} printable characters; send a UUID"
        )
    return _sha256(f"{caller}\n{key}")


def hash_content(content: object) -> str:
    """Give the fingerprint of a request's content, which is made of what JSON has."""
    return _sha256(json.dumps(content, sort_keys=True))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
