"""The real application inside this process, without its background tasks: those are run by simulated time."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from serving.app import create_app
from serving.cases.rules import catch_up_with_checks
from serving.cases.timers import fire_due
from serving.clock import time_from
from serving.settings import ServeSettings
from serving.store.deletion.cleanup import delete_expired, delete_old_events
from simulator.agenda import Agenda
from simulator.api import Api
from simulator.truth.events import TimersFired
from simulator.truth.ledger import Ledger

ADDRESS = "http://127.0.0.1"
FIRST_ADDRESS = ipaddress.IPv4Address("198.18.0.0")  # of the block for benchmarks (RFC 2544)
CLEANING = datetime.timedelta(days=1)
SEARCHING = datetime.timedelta(hours=12)
STATEMENTS = datetime.timedelta(hours=12)
TIMERS = datetime.timedelta(hours=1)  # periods end at midnights of time zones, which are full hours but in India


class SimulatedServer:
    """One server on simulated time.

    Requests go through ASGI without a socket: half the time of loopback, and the same routes, checks and commits.
    """

    def __init__(self, settings: ServeSettings, agenda: Agenda, ledger: Ledger) -> None:
        self._app = create_app(settings)
        self._services = self._app.state.services
        self._agenda = agenda
        self._ledger = ledger
        self._without_key = 0
        self._searching: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._searching.set_result(None)
        self._transport = httpx.ASGITransport(app=self._app)

    def api(self, key: str) -> Api:
        """Give the API as the holder of a key calls it."""
        return Api(httpx.AsyncClient(transport=self._transport, base_url=ADDRESS), key)

    def api_without_key(self) -> Api:
        """Give the API as somebody without a key calls it, from an address of their own."""
        self._without_key += 1
        address = str(FIRST_ADDRESS + self._without_key % 2**16)
        transport = httpx.ASGITransport(app=self._app, client=(address, 1024))
        return Api(httpx.AsyncClient(transport=transport, base_url=ADDRESS), None)

    async def start(self) -> None:
        """Do what the application does at its start, and add its periodic work to the agenda."""
        await self._services.authenticator.close_if_keys_exist()
        await self._services.switch.restore()
        self._agenda.every(CLEANING, self._clean, first=self._agenda.now + CLEANING)
        self._agenda.every(SEARCHING, self.investigate, first=self._agenda.now + SEARCHING)
        self._agenda.every(TIMERS, self.fire_timers, first=self._agenda.now + TIMERS)
        self._agenda.every(STATEMENTS, self._make_statements, first=self._agenda.now + STATEMENTS)

    async def fire_timers(self) -> None:
        """Do what is due by now in cases: reminders, escalations, and moves where a waiting period ended."""
        await fire_due(self._services.store.case_timer_rows, self._agenda.now)
        self._ledger.add(TimersFired(at=self._agenda.now))

    async def apply_rules(self) -> None:
        """Open the cases that rules ask for, by the checks that were made."""
        store = self._services.store
        await catch_up_with_checks(store.follower_rows, store.case_rule_rows)

    async def investigate(self) -> None:
        """Begin to search the checks that were made for what they share, beside what happens until the next search.

        One at a time: it waits for the one before.
        """
        await self._searching
        self._searching = asyncio.create_task(self._services.enforcement.investigations.catch_up())

    async def _make_statements(self) -> None:
        await self._services.enforcement.duties.sender.step(None)  # nothing is sent from here

    async def _clean(self) -> None:
        services = self._services
        await services.authenticator.flush_uses()
        await delete_expired(services.store, services.retention, self._agenda.now)
        await delete_old_events(services.store, services.event_days, self._agenda.now)

    async def stop(self) -> None:
        """Write what is kept until then, and close the store."""
        await self.investigate()
        await self._searching
        await self._services.authenticator.flush_uses()
        self._services.close()


@contextlib.asynccontextmanager
async def serve_simulated(
    bundle: Path, store: Path, key: str, agenda: Agenda, ledger: Ledger
) -> AsyncIterator[SimulatedServer]:
    """Run the application on a store, at the time of the agenda; the ledger learns when it did what was due."""
    settings = ServeSettings(bundle=(bundle,), store=str(store), api_key=key, check_store=False)
    with time_from(agenda.read_clock):
        server = SimulatedServer(settings, agenda, ledger)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()
