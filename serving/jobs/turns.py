"""Whose lines are next: members take turns, and so do the jobs of each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from serving.store.job_line_rows import RunningJob


class Turns:
    """Remembers which member and which job were served last, on this server."""

    def __init__(self) -> None:
        self._members: dict[str | None, int] = {}
        self._jobs: dict[str, int] = {}
        self._clock = itertools.count(1)

    def order(self, jobs: Sequence[RunningJob]) -> list[RunningJob]:
        """Give the jobs in the order of their turns: the member that waits longest, and its job that waits longest.

        The jobs of one member stand together, so that many small ones fill one lease.
        """
        running = {job.job_id for job in jobs}
        self._jobs = {job_id: turn for job_id, turn in self._jobs.items() if job_id in running}
        return sorted(
            jobs,
            key=lambda job: (
                self._members.get(job.caller.member_id, 0),
                job.caller.member_id or "",
                self._jobs.get(job.job_id, 0),
                job.job_id,
            ),
        )

    def note_served(self, jobs: Sequence[RunningJob]) -> None:
        """Note that lines of these jobs were taken."""
        for job in jobs:
            self._members[job.caller.member_id] = self._jobs[job.job_id] = next(self._clock)
