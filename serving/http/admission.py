"""The door of a check: what can be refused before its body is read is refused there, so that a no costs nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from serving.compute.deadline import Patience
from serving.compute.executor import Compute
from serving.http.rate_limit import CallerLimits, LimitSettings


class Admission:
    """Lets a check in, or says at once why not. Until its body is here nobody knows how many photos it has."""

    def __init__(self, limits: LimitSettings, compute: Compute) -> None:
        self._limits = CallerLimits(limits)
        self._compute = compute

    @contextlib.contextmanager
    def enter(self, caller: str, patience: Patience) -> Iterator[None]:
        """Hold a check of a caller; raises RateLimited, ConcurrencyLimited, Overloaded or DeadlineUnreachable."""
        with self._limits.hold(caller):
            self.refuse_hopeless(patience)
            yield

    def refuse_hopeless(self, patience: Patience) -> None:
        """Raise Overloaded when not one photo more may wait, DeadlineUnreachable when it would wait for too long."""
        self._compute.refuse_beyond(1)
        patience.refuse_hopeless(self._compute.expected_wait_s)
