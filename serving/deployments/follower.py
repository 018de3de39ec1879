"""Follows the changes of bundles that other servers of the same store make: signalled by the database, or polled."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from serving.deployments.switch import DeploymentSwitch
from serving.errors import Unavailable
from serving.store.deployment_rows import DeploymentRows

POLL_S = 1.0  # for signals that got lost, and databases behind a pooler, which passes none on
RETRY_S = 10.0  # between attempts at a bundle that can't be loaded: its folder may arrive later
log = logging.getLogger("touchstone.serving")


async def follow_changes(switch: DeploymentSwitch, rows: DeploymentRows, *, poll_s: float = POLL_S) -> None:
    """Bring in each change of another server, until cancelled; without other servers there is nothing to do."""
    if not rows.is_shared:
        return
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    retry_at = 0.0
    with rows.listening(lambda: _call_soon(loop, changed)):
        while True:
            changed.clear()
            try:
                await switch.follow(retry=loop.time() >= retry_at)
            except Unavailable as error:
                log.warning("the changes of other servers cannot be read, which is tried again: %s", error)
            if loop.time() >= retry_at:
                retry_at = loop.time() + RETRY_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), poll_s)


def _call_soon(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> None:
    loop.call_soon_threadsafe(changed.set)
