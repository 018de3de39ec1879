"""Judges the lines of jobs on one server: leases them, and ends each with its check or its fault."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import functools
import logging
from collections.abc import Awaitable, Callable, Sequence

from serving.checks.request import CheckRequest
from serving.checks.service import CheckService
from serving.clock import utc_now
from serving.compute.deadline import Deadline
from serving.errors import DeadlineExceeded, Unavailable
from serving.fetch.errors import TEMPORARY_CODES
from serving.jobs.capacity import Capacity
from serving.jobs.config import JobSettings
from serving.jobs.faults import fault_of
from serving.jobs.reception import LineReader
from serving.jobs.turns import Turns
from serving.monitoring.job_metrics import JobMetrics
from serving.store.job_line_rows import Fault, LeasedLine
from serving.store.job_store import JobStore, ReadLine
from serving.store.sortable_id import new_id
from vision.errors import TouchstoneError
from vision.verdict import PhotoJudgement

LEASED = 4  # lines at once for each that is judged at once: a search and its commit take 6 ms of processor time
MAX_RETRY_PAUSE_S = 60.0
SMALL_BYTES = 16 * 1024  # of JSON: read in less time than a thread takes to begin
STORE_PAUSE_S = 1.0
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A fault that may pass: the line is tried again."""

    fault: Fault


class PhotoMayCome(Exception):
    """A photo could not be fetched for a reason that may pass."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class JobWorker:
    """Takes waiting lines and judges as many at once as the compute threads and the store keep busy.

    A line that fails in a way that may pass is tried `attempts` times, with pauses of 2, 4, 8 … seconds. What a server
    has in hand when it dies is judged by another one, or by this one after its restart, once its lease has ended; where
    no other server has this store (`alone`), at once. A line is stored for one lease alone, so no line has two checks.
    """

    def __init__(
        self,
        *,
        store: JobStore,
        checks: CheckService,
        capacity: Capacity,
        reader: LineReader,
        settings: JobSettings,
        metrics: JobMetrics,
        at_once: int,
        alone: bool,
    ) -> None:
        self._store = store
        self._rows = store.line_rows
        self._checks = checks
        self._capacity = capacity
        self._reader = reader
        self._settings = settings
        self._metrics = metrics
        self._at_once = at_once
        self._alone = alone
        self._lease = new_id()
        self._turns = Turns()
        self._queue: asyncio.Queue[LeasedLine] = asyncio.Queue()
        self._in_hand: set[LeasedLine] = set()
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Look for lines now: a job was received or replayed here."""
        self._wanted.set()

    async def run(self) -> None:
        """Judge lines until cancelled, and then give back at once those in hand."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_leases())
                tasks.create_task(self._take_lines())
                for _ in range(self._at_once):
                    tasks.create_task(self._judge_lines())
        finally:
            if self._in_hand:
                try:
                    await self._rows.give_back(list(self._in_hand))
                except Unavailable as error:
                    log.warning("lines of jobs could not be given back, and wait until their leases end: %s", error)

    async def _take_lines(self) -> None:
        """Lease lines while there are some, a few for each that is judged at once; end the jobs that have none left."""
        while True:
            self._wanted.clear()
            taken = 0
            try:
                if self._queue.qsize() < self._at_once and await self._rows.has_open_jobs():
                    taken = await self._lease_some()
                    if taken < LEASED * self._at_once:  # else every job that is known has lines left
                        await self._store.complete_jobs(utc_now())
            except Unavailable as error:
                log.warning("no lines of jobs can be taken now: %s", error)
            except Exception:  # an error in one round, which the next may not have
                log.exception("taking lines of jobs failed")
            if taken < self._at_once:
                await self._pause(self._settings.poll_s)

    async def _lease_some(self) -> int:
        now = await self._rows.now()
        jobs = self._turns.order(await self._rows.running_jobs(now))
        if not jobs:
            return 0
        leasing = asyncio.ensure_future(
            self._rows.lease(jobs, lease=self._lease, now=now, until=self._lease_end(now), limit=LEASED * self._at_once)
        )
        try:
            lines = await asyncio.shield(leasing)
        except asyncio.CancelledError:
            self._in_hand.update(await leasing)  # it is committed all the same, so these are to be given back
            raise
        self._turns.note_served(list(dict.fromkeys(line.job for line in lines)))
        self._in_hand.update(lines)
        for line in lines:
            self._queue.put_nowait(line)
        return len(lines)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wanted.wait()
        except TimeoutError:
            pass

    async def _keep_leases(self) -> None:
        """Renew the leases of lines in hand, and let lines wait again that a dead server had."""
        alone = self._alone
        while True:
            try:
                if self._in_hand:
                    await self._rows.renew(list(self._in_hand), self._lease_end(await self._rows.now()))
                if await self._rows.has_open_jobs() and await self._rows.take_back(
                    await self._rows.now(), max_attempts=2 * self._settings.attempts, alone=alone, own=self._lease
                ):
                    self.wake()
                alone = False
            except Unavailable as error:
                log.warning("leases of lines of jobs were not renewed, which is tried again: %s", error)
            except Exception:
                log.exception("renewing leases of lines of jobs failed")
            await asyncio.sleep(self._settings.lease_s / 3)

    async def _judge_lines(self) -> None:
        while True:
            line = await self._queue.get()
            if self._queue.qsize() < self._at_once:
                self.wake()
            try:
                await self._judge(line)
            finally:
                self._capacity.note_end()
                if not _is_cancelled():
                    self._in_hand.discard(line)
            if not self._in_hand:
                self.wake()  # the job may have ended

    async def _judge(self, line: LeasedLine) -> None:
        """End one line, whatever happens to it but a cancellation."""
        found = await self._try(line)
        if isinstance(found, Later) and line.attempts < self._settings.attempts:
            pause_s = min(2.0**line.attempts, MAX_RETRY_PAUSE_S)
            await _until_stored(functools.partial(self._retry, line, found.fault, pause_s))
            self._metrics.count_line("retried")
        elif found is not None:
            fault = found.fault if isinstance(found, Later) else found
            await _until_stored(functools.partial(self._rows.park, line, fault, utc_now()))
            self._metrics.count_line("parked")

    async def _retry(self, line: LeasedLine, fault: Fault, pause_s: float) -> None:
        await self._rows.retry(line, fault, await self._rows.now() + datetime.timedelta(seconds=pause_s))

    async def _try(self, line: LeasedLine) -> Later | Fault | None:
        """Judge one line; gives what it fails with, None where its check is stored or its job was deleted."""
        try:
            stored = await self._store.read_line(line)
            if stored is None:
                return None
            request = await self._restore(stored)
            check = await self._checks.check_line(request, line=line, start=functools.partial(self._start, line))
            self._metrics.count_line(check.outcome)
        except DeadlineExceeded as error:
            message = f"the line was not judged within {self._settings.line_timeout_s:g} s (jobs.line_timeout_s)"
            return Later(fault=Fault(code=error.code, message=message))
        except PhotoMayCome as error:
            return Later(fault=error.fault)
        except Unavailable as error:
            return Later(fault=fault_of(error))
        except TouchstoneError as error:
            return fault_of(error)
        except Exception:  # nobody waits for this one, and the next line must have its turn
            log.exception("line %d of job %s failed", line.line, line.job.job_id)
            message = "Something went wrong here, not in the line; the server's log has it."
            return Later(fault=Fault(code="internal", message=message))
        return None

    async def _restore(self, stored: ReadLine) -> CheckRequest:
        if len(stored.content) <= SMALL_BYTES:
            return self._reader.restore(stored)
        return await asyncio.to_thread(self._reader.restore, stored)

    async def _start(self, line: LeasedLine, failed: Sequence[PhotoJudgement]) -> Deadline:
        """Wait until the line may be judged; gives its deadline.

        Raises PhotoMayCome where a photo may be there at a later try; at the last one its others are judged alone.
        """
        for judgement in failed if line.attempts < self._settings.attempts else ():
            if judgement.error is not None and judgement.error.code in TEMPORARY_CODES:
                message = f"photo {judgement.index}: {judgement.error.message}"
                raise PhotoMayCome(Fault(code=judgement.error.code, message=message))
        await self._capacity.wait()
        return Deadline(self._settings.line_timeout_s)

    def _lease_end(self, now: datetime.datetime) -> datetime.datetime:
        return now + datetime.timedelta(seconds=self._settings.lease_s)


async def _until_stored(store: Callable[[], Awaitable[None]]) -> None:
    """Store what became of a line; while the store does not answer, again each second."""
    while True:
        try:
            return await store()
        except Unavailable:
            await asyncio.sleep(STORE_PAUSE_S)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
