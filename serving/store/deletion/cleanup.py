"""Periodic cleanup: unfinished erasures, expired checks and addresses, old events and keys, photos without a check."""

from __future__ import annotations

import asyncio
import datetime
import functools
import logging
from collections.abc import Awaitable, Callable

from serving.clock import utc_now
from serving.errors import Unavailable
from serving.store.audit_rows import Head
from serving.store.deletion.erasure import resume_erasures
from serving.store.periodic_task_rows import PeriodicTask
from serving.store.retention import Retention
from serving.store.store import Store

PERIOD_S = 3600.0
SWEEP_PERIODS = 24
SLACK = 0.9  # of a period: the servers' timers and clocks differ
log = logging.getLogger("touchstone.serving")


async def clean_periodically(
    store: Store, retention: Retention, *, event_days: int | None = None, period_s: float = PERIOD_S
) -> None:
    """Clean at start and then once a period, until cancelled; a store that is unavailable is tried again.

    Of several servers one does each task. Photos without a check are looked for where this server may have left some,
    and once in SWEEP_PERIODS on a shared store, since a server that died may have.
    """
    logged: Head | None = None
    begun_before = utc_now()  # erasures that no request of this server may still run
    while True:
        try:
            if store.may_hold_orphans:
                await _do_once(store, "remove_orphans", period_s, functools.partial(_remove_orphans, store))
            elif store.periodic_task_rows.is_shared:
                sweep = functools.partial(_remove_orphans, store)
                await _do_once(store, "remove_orphans", SWEEP_PERIODS * period_s, sweep)
            now = utc_now()
            deletion = functools.partial(delete_expired, store, retention, now)
            await _do_once(store, "delete_expired", period_s, deletion)
            if event_days is not None:
                old = functools.partial(delete_old_events, store, event_days, now)
                await _do_once(store, "delete_events", period_s, old)
            await resume_erasures(store, begun_before)
            begun_before = now
            logged = await _log_head(store, logged)
        except Unavailable as error:
            log.warning("cleanup of the store failed and is tried again: %s", error)
        except Exception:  # an error in one round, which the next may not have
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise  # while it was cancelled
            log.exception("cleanup of the store failed and is tried again")
        await asyncio.sleep(period_s)


async def delete_expired(store: Store, retention: Retention, now: datetime.datetime) -> int:
    """Delete old keys, what is old in the audit log, and expired checks with their photos; gives how many checks."""
    await store.delete_old_keys(now)
    if retention.settings.audit_private is not None:
        await store.audit_rows.delete_private_before(now - datetime.timedelta(days=retention.settings.audit_private))
    total = 0
    for rule in retention.rules():
        deleted = await store.delete_expired(rule, now)
        if deleted:
            log.info("deleted %d checks with outcome %s older than %d days", deleted, rule.outcome, rule.days)
        total += deleted
    return total


async def _do_once(store: Store, task: PeriodicTask, every_s: float, work: Callable[[], Awaitable[object]]) -> None:
    """Do a task unless a server of this store has done it within the time; where it fails it is due again."""
    every = datetime.timedelta(seconds=SLACK * every_s)
    async with store.periodic_task_rows.turn(task, every, utc_now()) as is_due:
        if is_due:
            await work()


async def delete_old_events(store: Store, event_days: int, now: datetime.datetime) -> None:
    """Delete events older than `event_days` and the log of their deliveries; what a follower has not done stays."""
    oldest_kept = now - datetime.timedelta(days=event_days)
    await store.delivery_log.delete_before(oldest_kept)
    await store.event_rows.delete_before(oldest_kept)
    for follower in await store.follower_rows.find_behind(oldest_kept):
        log.warning("events older than %d days are kept: %s has not done them yet", event_days, follower)


async def _remove_orphans(store: Store) -> None:
    removed = await store.remove_orphans()
    if removed:
        log.info("removed %d photos without a check", removed)


async def _log_head(store: Store, logged: Head | None) -> Head:
    """Log the end of the audit log where it moved: kept elsewhere, the line shows that entries were removed since."""
    head = await store.audit_rows.find_head()
    if head != logged:
        log.info("audit log head: %d %s", head.sequence, head.hash)
    return head
