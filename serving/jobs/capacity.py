"""What capacity checks leave: a line of a job starts only while a compute thread is idle."""

from __future__ import annotations

import asyncio

from serving.compute.executor import Compute

PAUSE_S = 0.004


class Capacity:
    """Lets lines start on `jobs`, threads of the lowest priority, as far as `checks` has idle threads.

    A check that comes while lines run has a thread at once, and the processor prefers it: nothing is interrupted, and
    a line takes longer. While no check runs, one line more waits for a thread, so that none is idle between two lines.
    """

    def __init__(self, *, checks: Compute, jobs: Compute) -> None:
        self._checks = checks
        self._jobs = jobs
        self._turn = asyncio.Lock()

    @property
    def has_room(self) -> bool:
        """Whether a line may start now."""
        busy = self._checks.busy
        return self._jobs.unfinished < (self._checks.threads - busy if busy else self._checks.threads + 1)

    async def wait(self) -> None:
        """Wait until a line may start."""
        async with self._turn:
            while not self.has_room:
                await asyncio.sleep(PAUSE_S)
