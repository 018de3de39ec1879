"""Delivers events: finds the endpoints with work, leases them, and runs one task for each."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import os
import random
import secrets
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from serving.clock import utc_now
from serving.errors import Unavailable
from serving.monitoring.webhook_metrics import WebhookMetrics
from serving.store.events.event_data import EVENT_PREFIX, body_of
from serving.store.events.event_rows import EventRows
from serving.store.sortable_id import time_of
from serving.store.webhooks.delivery_rows import AttemptMade, DeliveryRows, DueDelivery, Target
from serving.webhooks.config import WebhookSettings

if TYPE_CHECKING:
    from serving.webhooks.sender import Sender  # with its HTTP client: imported when there is something to send

NOT_KEPT = "event_not_kept"  # it was deleted, or its product is another member's now
IDLE_POLLS = 10  # how much longer the wait is while no endpoint is switched on
READ_AT_ONCE = 50
MEASURE_S = 5.0
log = logging.getLogger("touchstone.webhooks")


class Dispatcher:
    """The deliveries of one server. A slow endpoint holds up no other: each has a task and connections of its own.

    The sender is made when there is something to send, since the system's authorities of TLS take memory.
    """

    def __init__(
        self,
        *,
        event_rows: EventRows,
        delivery_rows: DeliveryRows,
        make_sender: Callable[[], Sender],
        settings: WebhookSettings,
        metrics: WebhookMetrics,
        rng: random.Random,
    ) -> None:
        self._event_rows = event_rows
        self._rows = delivery_rows
        self._make_sender = make_sender
        self._sender: Sender | None = None
        self._settings = settings
        self._metrics = metrics
        self._rng = rng
        self._server = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._renewed_at = 0.0
        self._measured_at = 0.0

    async def run(self) -> None:
        """Deliver until cancelled; a store that is unavailable is tried again."""
        try:
            while True:
                pause_s = self._settings.poll_s
                try:
                    if not await self._step():
                        pause_s *= IDLE_POLLS
                except Unavailable as error:
                    log.warning("deliveries wait for the store: %s", error)
                except Exception:  # an error in one round, which the next may not have
                    if (task := asyncio.current_task()) is not None and task.cancelling():
                        raise  # while it was cancelled
                    log.exception("deliveries failed and are tried again")
                await asyncio.sleep(pause_s)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            with contextlib.suppress(Unavailable):
                for endpoint_id in self._tasks:
                    await self._rows.release(self._server, endpoint_id)
            if self._sender is not None:
                await self._sender.close()

    async def _step(self) -> bool:
        """Begin with what is there to deliver; gives whether any endpoint is switched on."""
        self._forget_done()
        if not self._tasks and not await self._rows.has_endpoints():
            return False
        await self._event_rows.number()
        await self._renew()
        for endpoint_id in await self._rows.claim(self._server, await self._rows.now(), self._settings.lease_s):
            if endpoint_id not in self._tasks:
                self._tasks[endpoint_id] = asyncio.create_task(self._serve(endpoint_id))
        await self._measure()
        return True

    def _forget_done(self) -> None:
        for endpoint_id, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[endpoint_id]
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.error("deliveries to %s failed and are tried again", endpoint_id, exc_info=error)

    async def _renew(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._tasks and now - self._renewed_at >= self._settings.lease_s / 3:
            self._renewed_at = now
            serving = list(self._tasks)
            held = await self._rows.renew(self._server, serving, await self._rows.now(), self._settings.lease_s)
            for endpoint_id in set(serving) - held:  # this server stood still, and another took it
                self._tasks[endpoint_id].cancel()

    async def _measure(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured_at >= MEASURE_S:
            self._measured_at = now
            oldest = await self._rows.find_oldest_waiting()
            waits = datetime.timedelta() if oldest is None else utc_now() - time_of(oldest.removeprefix(EVENT_PREFIX))
            self._metrics.show_oldest_waiting(waits.total_seconds())

    async def _serve(self, endpoint_id: str) -> None:
        """Deliver what one endpoint is due, then end its lease."""
        try:
            await self._deliver_all(endpoint_id)
            await self._rows.release(self._server, endpoint_id)
        except Unavailable as error:
            log.warning("deliveries to %s wait for the store: %s", endpoint_id, error)

    async def _deliver_all(self, endpoint_id: str) -> None:
        """Keep as many attempts running as the endpoint may have, until nothing is due and none runs."""
        running: dict[asyncio.Task[bool], int] = {}
        queued: list[DueDelivery] = []
        target: Target | None = None
        try:
            while True:
                if not queued:
                    now = await self._rows.now()
                    while await self._rows.write_due(endpoint_id, now):
                        pass
                    target, queued = await self._rows.find_due(endpoint_id, now, READ_AT_ONCE, running.values())
                allowed = 1 if target is None or target.one_at_a_time else self._settings.max_at_once
                while target is not None and queued and len(running) < allowed:
                    due = queued.pop(0)
                    running[asyncio.create_task(self._attempt(target, due))] = due.delivery_id
                if not running:
                    return
                # Where another attempt may run, look for newer events beside one that takes long.
                pause_s = self._settings.poll_s if len(running) < allowed else None
                done, _ = await asyncio.wait(running, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del running[task]
                if not all(task.result() for task in done):
                    queued = []  # the endpoint may be paused or switched off now
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _attempt(self, target: Target, due: DueDelivery) -> bool:
        """Make and record an attempt; gives whether it was delivered."""
        if due.event is None:
            made = AttemptMade(
                started_at=utc_now(), duration_ms=0, status=None, code=NOT_KEPT, answer="", delivered=False, final=True
            )
        else:
            if self._sender is None:
                self._sender = self._make_sender()
            made = await self._sender.send(target, due.event_id, body_of(due.event))
        self._metrics.count_attempt(made.code)
        await self._rows.record(due.delivery_id, made, await self._rows.now(), self._rng)
        return made.delivered
