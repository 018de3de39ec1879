"""When a failed delivery is tried again, and when an endpoint is paused or switched off."""

from __future__ import annotations

import datetime
import random
from typing import Final

# The schedule that Standard Webhooks 1.0.0 gives as an example, after the first attempt: 75 hours and a half in all.
_MINUTE, _HOUR = 60.0, 3600.0
DELAYS_S: Final = (
    5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
JITTER: Final = 0.1  # of a delay, so that what failed together is not tried together
FAILING_DAYS: Final = 5  # without any success, after which an endpoint is switched off
MAX_RETRY_AFTER_S: Final = 24 * _HOUR
FAILURES_BEFORE_PAUSE: Final = 5
MAX_PAUSE_S: Final = 5 * _MINUTE


def next_attempt(attempts: int, now: datetime.datetime, rng: random.Random) -> datetime.datetime | None:
    """Give when to try again after so many attempts, the first of which was at once; None: give up."""
    if attempts > len(DELAYS_S):
        return None
    return now + datetime.timedelta(seconds=DELAYS_S[attempts - 1] * (1 + JITTER * rng.uniform(-1, 1)))


def pause_after(failures: int, retry_after_s: float | None, now: datetime.datetime) -> datetime.datetime | None:
    """Give until when nothing is sent to an endpoint that failed so often in a row; None: no pause.

    Its own `Retry-After` counts, up to a day. Otherwise the pause doubles from 5 seconds to 5 minutes, so that an
    endpoint that is down is not sent every event only to have it fail.
    """
    pause_s = 0.0
    if failures >= FAILURES_BEFORE_PAUSE:
        pause_s = min(DELAYS_S[0] * 2 ** min(failures - FAILURES_BEFORE_PAUSE, 10), MAX_PAUSE_S)
    if retry_after_s is not None:
        pause_s = max(pause_s, min(retry_after_s, MAX_RETRY_AFTER_S))
    return now + datetime.timedelta(seconds=pause_s) if pause_s > 0 else None


def failed_too_long(failing_since: datetime.datetime, now: datetime.datetime) -> bool:
    """Whether an endpoint failed for so long that it is switched off."""
    return now - failing_since >= datetime.timedelta(days=FAILING_DAYS)
