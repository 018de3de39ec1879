"""Periodic cleanup: checks older than `retention_days`, Idempotency-Keys older than a day, photos without a check."""

from __future__ import annotations

import asyncio
import datetime
import logging

from serving.errors import Unavailable
from serving.store.store import Store

PERIOD_S = 3600.0
log = logging.getLogger("touchstone.serving")


async def clean_periodically(store: Store, retention_days: int | None, *, period_s: float = PERIOD_S) -> None:
    """Clean at start and then once a period, until cancelled; a store that is unavailable is tried again."""
    while True:
        try:
            if store.may_hold_orphans:
                await _remove_orphans(store)
            await delete_expired(store, retention_days, datetime.datetime.now(datetime.UTC))
        except Unavailable as error:
            log.warning("cleanup of the store failed and is tried again: %s", error)
        await asyncio.sleep(period_s)


async def delete_expired(store: Store, retention_days: int | None, now: datetime.datetime) -> int:
    """Delete old keys, and checks older than `retention_days` with their photos; gives how many checks."""
    await store.delete_old_keys(now)
    if retention_days is None:
        return 0
    deleted = await store.delete_before(now - datetime.timedelta(days=retention_days))
    if deleted:
        log.info("deleted %d checks older than %d days", deleted, retention_days)
    return deleted


async def _remove_orphans(store: Store) -> None:
    removed = await store.remove_orphans()
    if removed:
        log.info("removed %d photos without a check", removed)
