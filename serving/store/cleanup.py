"""Deletes what is past its time: checks after `retention_days`, Idempotency-Keys after a day, photos nobody names."""

from __future__ import annotations

import asyncio
import datetime
import logging

from serving.errors import Unavailable
from serving.store.store import Store

PERIOD_S = 3600.0
log = logging.getLogger("touchstone.serving")


async def clean_periodically(store: Store, retention_days: int | None, *, period_s: float = PERIOD_S) -> None:
    """Clean once at start and then every period, until cancelled; a store that does not answer is tried again."""
    while True:
        try:
            if store.may_hold_orphans:
                await _sweep(store)
            await delete_expired(store, retention_days, datetime.datetime.now(datetime.UTC))
        except Unavailable as error:
            log.warning("cleaning the store failed and is tried again: %s", error)
        await asyncio.sleep(period_s)


async def delete_expired(store: Store, retention_days: int | None, now: datetime.datetime) -> int:
    """Delete old keys, and checks older than `retention_days` with their photos; gives how many checks."""
    await store.forget_old_keys(now)
    if retention_days is None:
        return 0
    deleted = await store.delete_before(now - datetime.timedelta(days=retention_days))
    if deleted:
        log.info("deleted %d checks older than %d days", deleted, retention_days)
    return deleted


async def _sweep(store: Store) -> None:
    removed = await store.sweep()
    if removed:
        log.info("removed %d photos that no check names", removed)
