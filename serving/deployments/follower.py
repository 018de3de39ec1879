"""Follows the changes of bundles that other servers of the same store make: signalled by the database, or polled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from serving.deployments.switch import DeploymentSwitch
from serving.errors import Unavailable
from serving.store.deployment_rows import CandidateAhead, DeploymentRows

POLL_S = 1.0  # for signals that got lost, and databases behind a pooler, which passes none on
RETRY_S = 10.0  # between attempts at a bundle that can't be loaded: its folder may arrive later
log = logging.getLogger("touchstone.serving")


async def follow_changes(switch: DeploymentSwitch, rows: DeploymentRows, *, poll_s: float = POLL_S) -> None:
    """Bring in each change of another server, until cancelled; without other servers there is nothing to do.

    A candidate that another server announces is loaded meanwhile, so that its change takes effect at once.
    """
    if not rows.is_shared:
        return
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    preparations: set[asyncio.Task[None]] = set()

    def hear(ahead: CandidateAhead | None) -> None:
        changed.set()
        if ahead is not None:
            task = loop.create_task(_prepare(switch, ahead))
            preparations.add(task)
            task.add_done_callback(preparations.discard)

    retry_at = 0.0
    with rows.listening(lambda ahead: _hear_in_loop(loop, hear, ahead)):
        while True:
            changed.clear()
            is_due = loop.time() >= retry_at
            try:
                await switch.follow(retry=is_due)
            except Unavailable as error:
                log.warning("the changes of other servers cannot be read, which is tried again: %s", error)
            except Exception:  # an error in one round, which the next may not have
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise  # while it was cancelled
                log.exception("following the changes of other servers failed and is tried again")
            if is_due:
                retry_at = loop.time() + RETRY_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), poll_s)


async def _prepare(switch: DeploymentSwitch, ahead: CandidateAhead) -> None:
    try:
        await switch.prepare(ahead)
    except Unavailable as error:
        log.warning("a candidate that another server announced is loaded with its change: %s", error)


def _hear_in_loop(
    loop: asyncio.AbstractEventLoop, hear: Callable[[CandidateAhead | None], None], ahead: CandidateAhead | None
) -> None:
    loop.call_soon_threadsafe(hear, ahead)
