"""Makes the statements of new decisions and sends them, at most 100 a call, each exactly once.

A statement is leased, sent, and its result recorded. A server that dies in between leaves it leased; when the lease is
over it is sent again, and the database refuses what it has by the `puid`, which is then recorded as sent.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from serving.clock import utc_now
from serving.errors import Unavailable
from serving.store.transparency.statement_rows import StatementRows
from serving.transparency.config import TransparencySettings
from serving.transparency.delivery.answers import results_of
from serving.transparency.statements.field_rules import MAX_STATEMENTS
from serving.transparency.statements.stored import maker_of

if TYPE_CHECKING:
    from serving.transparency.delivery.connector import Connector  # with its HTTP client

PREPARED_AT_ONCE: Final = 500
LEASE_S: Final = 600.0  # longer than the longest call
log = logging.getLogger("touchstone.transparency")


class StatementSender:
    """The statements of one server. Where `make_connector` is None nothing is sent, and they wait to be exported."""

    def __init__(
        self, rows: StatementRows, settings: TransparencySettings, make_connector: Callable[[], Connector] | None
    ) -> None:
        self._rows = rows
        self._settings = settings
        self._make = maker_of(settings.policy)
        self._make_connector = make_connector

    @property
    def sends(self) -> bool:
        """Whether statements are sent from here."""
        return self._make_connector is not None

    async def run(self) -> None:
        """Make and send until cancelled; a store that is unavailable is tried again."""
        connector = None if self._make_connector is None else self._make_connector()
        try:
            while True:
                await asyncio.sleep(self._settings.poll_s)
                try:
                    await self.step(connector)
                except Unavailable as error:
                    log.warning("statements of reasons wait for the store: %s", error)
                except Exception:  # an error in one round, which the next may not have
                    if (task := asyncio.current_task()) is not None and task.cancelling():
                        raise  # while it was cancelled
                    log.exception("statements of reasons failed and are tried again")
        finally:
            if connector is not None:
                await connector.close()

    async def prepare(self, case_id: str | None = None) -> int:
        """Make all statements that are missing, of all cases or of one; gives how many."""
        made, by_country = 0, self._settings.by_country
        prepare = self._rows.prepare
        while number := await prepare(self._make, utc_now(), PREPARED_AT_ONCE, case_id, by_country=by_country):
            made += number
        return made

    async def step(self, connector: Connector | None) -> None:
        """Make what is missing, and send until nothing is due."""
        await self.prepare()
        while connector is not None:
            now = utc_now()
            until = now + datetime.timedelta(seconds=LEASE_S)
            batch = await self._rows.lease(now, until, MAX_STATEMENTS)
            if not batch:
                return
            answer = await connector.send(batch)
            results = results_of(batch, answer, utc_now())
            await self._rows.record(results, utc_now())
            if all(result.outcome == "later" for result in results):
                log.warning("statements of reasons were not taken: status %s", answer.status)
                return
