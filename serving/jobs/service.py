"""Jobs on one server: what routes call, and the work in the background."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable

from serving.checks.service import CheckService
from serving.clock import utc_now
from serving.compute.executor import Compute
from serving.errors import Unavailable
from serving.jobs.capacity import Capacity
from serving.jobs.config import JobSettings
from serving.jobs.json_lines import JsonLines
from serving.jobs.lines import Splitter
from serving.jobs.manifest import ManifestLines
from serving.jobs.reception import LineReader, Reception
from serving.jobs.worker import JobWorker
from serving.monitoring.job_metrics import JobMetrics
from serving.principal import Principal
from serving.schemas.checks import Check
from serving.schemas.jobs import JobKind
from serving.store.idempotency_rows import Claim
from serving.store.job_rows import NewJob, ReceivedJob
from serving.store.sortable_id import new_id
from serving.store.store import Store

LINES_BESIDE = 6  # in hand beside those on the threads: read, fetched or stored meanwhile
CLEANING_S = 3600.0
BACKLOG_S = 15.0
SPLITTERS: dict[str, Callable[[int], Splitter]] = {
    "application/x-ndjson": JsonLines,
    "application/jsonl": JsonLines,
    "text/csv": ManifestLines,
}
log = logging.getLogger("touchstone.serving")


class JobService:
    """Receives jobs and judges their lines, with what capacity checks leave on `compute`.

    `checks` judges lines on `lines_compute`, threads of their own with the lowest priority.
    """

    def __init__(
        self,
        *,
        store: Store,
        checks: CheckService,
        compute: Compute,
        lines_compute: Compute,
        reader: LineReader,
        settings: JobSettings,
        metrics: JobMetrics,
        alone: bool,
    ) -> None:
        self.store = store.jobs
        self.rows = store.jobs.rows
        self.line_rows = store.jobs.line_rows
        self.settings = settings
        self.lines_compute = lines_compute
        self._reader = reader
        self._metrics = metrics
        self._worker = JobWorker(
            store=store.jobs,
            checks=checks,
            capacity=Capacity(checks=compute, jobs=lines_compute),
            reader=reader,
            settings=settings,
            metrics=metrics,
            at_once=compute.threads + LINES_BESIDE,
            alone=alone,
        )

    def receive(self, media_type: str, caller: Principal, *, name: str | None) -> Reception:
        """Give what takes the lines of a new job; `media_type` is one of SPLITTERS."""
        return self._reception(SPLITTERS[media_type](self.settings.max_line_bytes), caller, name=name, kind="listings")

    async def receive_check(self, content: bytes, caller: Principal, claim: Claim | None) -> ReceivedJob:
        """Take one check as a job of one line, to be judged later; the caller holds its Idempotency-Key."""
        async with self._reception(JsonLines(len(content)), caller, name=None, kind="check") as reception:
            await reception.take(content)
            received = await reception.end(
                None if claim is None else claim.key_sha256, None if claim is None else claim.fingerprint
            )
        self.wake()
        return received

    async def add_judged(self, check: Check, caller: Principal, claim: Claim) -> ReceivedJob:
        """Give a check that its Idempotency-Key was answered with as a job, which has ended."""
        return await self.rows.add_judged(self._new_job(caller, name=None, kind="check"), check, claim)

    def wake(self) -> None:
        """Look for lines now, which a route has added or let wait again."""
        self._worker.wake()

    async def run(self) -> None:
        """Judge lines, and delete old jobs, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._worker.run())
            tasks.create_task(self._clean_periodically())
            tasks.create_task(self._show_backlog())

    def close(self) -> None:
        """Wait for the photos that are being judged."""
        self.lines_compute.close()

    def _reception(self, splitter: Splitter, caller: Principal, *, name: str | None, kind: JobKind) -> Reception:
        new = self._new_job(caller, name=name, kind=kind)
        return Reception(new=new, store=self.store, reader=self._reader, splitter=splitter, settings=self.settings)

    async def _show_backlog(self) -> None:
        while True:
            try:
                left = await self.rows.find_backlog(await self.line_rows.now())
                self._metrics.show_backlog(jobs=left.jobs, lines_waiting=left.lines_waiting, oldest_s=left.oldest_s)
            except Unavailable as error:
                log.warning("what jobs have left was not counted, which is tried again: %s", error)
            except Exception:
                log.exception("counting what jobs have left failed and is tried again")
            await asyncio.sleep(BACKLOG_S)

    def _new_job(self, caller: Principal, *, name: str | None, kind: JobKind) -> NewJob:
        now = utc_now()
        return NewJob(job_id=new_id(), caller=caller, kind=kind, name=name, created_at=now)

    async def _clean_periodically(self) -> None:
        while True:
            now = utc_now()
            try:
                deleted = await self.store.delete_old(
                    ended_before=now - datetime.timedelta(days=self.settings.keep_days),
                    receiving_before=now - datetime.timedelta(seconds=2 * self.settings.upload_timeout_s),
                )
                if deleted:
                    log.info("deleted %d jobs that ended long ago or whose lines did not all arrive", deleted)
            except Unavailable as error:
                log.warning("old jobs were not deleted, which is tried again: %s", error)
            except Exception:  # an error in one round, which the next may not have, and which ends no other task
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise  # while it was cancelled
                log.exception("deleting old jobs failed and is tried again")
            await asyncio.sleep(CLEANING_S)
