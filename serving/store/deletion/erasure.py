"""Erases what the store has of a seller, in steps of which each is whole, so that a killed server can go on."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import logging
import secrets

from serving.audit_log.canonical_json import sha256_of
from serving.audit_log.entry import new_entry
from serving.clock import utc_now
from serving.principal import SERVER, Principal
from serving.store.erasure_rows import Erasure, LinePlace, count_deleted
from serving.store.store import DELETE_CHUNK, Store

SALT_BYTES = 32
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What proves whose erasure an audit entry is of. It is given once and kept nowhere: see `seller_hash`."""

    sequence: int
    salt: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A completed erasure; the receipt is None where another server completed it."""

    erasure: Erasure
    receipt: Receipt | None


def seller_hash(salt: str, seller_id: str) -> str:
    """Give what the audit entry of an erasure has of the seller; without the salt no guess can be tested against it."""
    return sha256_of({"salt": salt, "seller_id": seller_id})


async def start_erasure(store: Store, principal: Principal, seller_id: str) -> Erasure:
    """Record that a seller's data is to be erased; from here on it is, also by the next start of a server."""
    entry = new_entry(principal, "erasure.requested", "erasure", "")
    return await store.erasure_rows.start(seller_id, entry, utc_now())


async def finish_erasure(store: Store, principal: Principal, erasure: Erasure) -> Erased:
    """Delete what is left of the seller's data, and complete the erasure with its proof.

    What arrives meanwhile is deleted as well; what arrives after the end is not.
    """
    if erasure.seller_id is None:
        return Erased(erasure=erasure, receipt=None)
    rows, seller_id = store.erasure_rows, erasure.seller_id
    record = functools.partial(count_deleted, erasure_id=erasure.erasure_id)
    place: LinePlace | None = None
    while True:
        dropped = await rows.drop_lines(erasure.erasure_id, seller_id, utc_now(), place)
        await store.jobs.remove_photos(dropped.photo_sha256s)
        if (place := dropped.last) is None:
            break
    await store.jobs.remove_photos(await store.test_buys.photos.forget_seller(seller_id))
    while check_ids := await rows.find_checks(seller_id, DELETE_CHUNK):
        await store.delete(SERVER, check_ids, record)
    while (forgotten := await store.forget_in_cases(seller_id)).cases:
        await store.jobs.remove_photos(forgotten.photo_sha256s)
    salt = secrets.token_hex(SALT_BYTES)
    details = {"seller_sha256": seller_hash(salt, seller_id)}
    entry = new_entry(principal, "seller.erased", "erasure", erasure.erasure_id, details)
    completed, is_first = await rows.finish(erasure.erasure_id, entry, utc_now())
    if not is_first or completed.entry_sequence is None:
        return Erased(erasure=completed, receipt=None)
    log.info("erasure %s: %d checks deleted", completed.erasure_id, completed.checks)
    return Erased(erasure=completed, receipt=Receipt(sequence=completed.entry_sequence, salt=salt))


async def resume_erasures(store: Store, begun_before: datetime.datetime) -> int:
    """Finish the erasures that a server left unfinished, of those begun before a moment; gives how many.

    It may have deleted rows and not their photos, which nothing but a search finds then.
    """
    unfinished = await store.erasure_rows.find_open(begun_before)
    if unfinished and (store.may_hold_orphans or store.is_shared):
        await store.remove_orphans()
    for erasure in unfinished:
        await finish_erasure(store, SERVER, erasure)
    return len(unfinished)
