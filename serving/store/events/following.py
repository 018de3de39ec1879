"""The loop of a follower: takes events, works, and tries again what failed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection

from serving.errors import Unavailable
from serving.schemas.events import EventType
from serving.store.events.followers import FollowedElsewhere, FollowerRows, Taken

LONGEST_PAUSE_S = 60.0
log = logging.getLogger("touchstone.serving")


async def follow(
    rows: FollowerRows,
    follower: str,
    work: Callable[[Taken], Awaitable[None]],
    *,
    types: Collection[EventType],
    limit: int = 20,
    poll_s: float = 2.0,
    from_first: bool = True,
) -> None:
    """Call `work` with the events of these types, in order, until cancelled.

    `work` ends with a transaction that calls `advance`. Where it fails the same events come again, after a pause that
    doubles: to pass over an event for good is for `work` to decide.
    """
    pause_s = poll_s
    try:
        while True:
            try:
                found = await _work_once(rows, follower, work, types, limit, from_first)
                pause_s = 0.0 if found else poll_s
            except FollowedElsewhere:
                pause_s = poll_s
            except Unavailable as error:
                log.warning("%s waits for the store: %s", follower, error)
                pause_s = _longer(pause_s, poll_s)
            except Exception:  # an error in one round, which the next may not have
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise  # while it was cancelled
                log.exception("%s failed and is tried again", follower)
                pause_s = _longer(pause_s, poll_s)
            await asyncio.sleep(pause_s)
    finally:
        with contextlib.suppress(Unavailable):
            await rows.release(follower)


async def catch_up(
    rows: FollowerRows,
    follower: str,
    work: Callable[[Taken], Awaitable[None]],
    *,
    types: Collection[EventType],
    limit: int = 20,
    from_first: bool = True,
) -> None:
    """Call `work` with the events that there are now, in order, and come back; raises what fails.

    For who runs a server's work by hand, such as a simulator of time.
    """
    while await _work_once(rows, follower, work, types, limit, from_first):
        pass
    await rows.release(follower)


async def _work_once(
    rows: FollowerRows,
    follower: str,
    work: Callable[[Taken], Awaitable[None]],
    types: Collection[EventType],
    limit: int,
    from_first: bool,
) -> bool:
    """Work on the next events; gives whether there were any, also of other types."""
    taken = await rows.take(follower, limit, types, from_first=from_first)
    if taken is None:
        return False
    await (work(taken) if taken.events else rows.skip(taken))
    return True


def _longer(pause_s: float, poll_s: float) -> float:
    return min(max(2 * pause_s, poll_s), LONGEST_PAUSE_S)
