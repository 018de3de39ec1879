"""What capacity checks leave: a line of a job starts only while a compute thread is idle."""

from __future__ import annotations

import asyncio
import contextlib

from serving.compute.executor import Compute

PAUSE_S = 0.004  # while checks run, whose ends are not noted here
IDLE_PAUSE_S = 0.1
SPARE = 2


class Capacity:
    """Lets lines start on `jobs`, threads of the lowest priority, as far as `checks` has idle threads.

    A check that comes while lines run has a thread at once, and the processor prefers it: nothing is interrupted, and
    a line takes longer. While no check runs, some lines more wait for a thread, so that none is idle between two.
    """

    def __init__(self, *, checks: Compute, jobs: Compute) -> None:
        self._checks = checks
        self._jobs = jobs
        self._turn = asyncio.Lock()
        self._ended = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """Whether a line may start now."""
        busy = self._checks.busy
        return self._jobs.unfinished < (self._checks.threads - busy if busy else self._checks.threads + SPARE)

    async def wait(self) -> None:
        """Wait until a line may start."""
        async with self._turn:
            while not self.has_room:
                self._ended.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_S if self._checks.busy else IDLE_PAUSE_S):
                        await self._ended.wait()

    def note_end(self) -> None:
        """Note that a line ended, so that the next one may start."""
        self._ended.set()
