"""A process that adds checks and delivers their events until it is killed.

python -m tests.serving.webhooks.delivering_process FOLDER PORT CHECKS

It prints the id of each check once it is stored. With 0 checks it ends when nothing waits any more.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import select

from serving.principal import SERVER
from serving.store.tables import EventNumberRow, WebhookEndpointRow
from tests.serving.builders.stores import opened
from tests.serving.builders.webhooks import add_checks, add_endpoint, dispatching, loopback_settings, until

LAST_NUMBER = select(EventNumberRow.last)
POSITIONS = select(WebhookEndpointRow.position)


async def deliver(folder: Path, port: int, checks: int) -> None:
    async with opened(folder) as store, dispatching(store, loopback_settings([port], lease_s=1)):
        if not await store.endpoint_rows.find_all(SERVER):
            for path, ordered in (("/200", False), ("/204", True)):
                await add_endpoint(store, f"http://127.0.0.1:{port}{path}", ordered=ordered)
        for _ in range(checks):
            print(*await add_checks(store, "toy"), flush=True)

        async def is_done() -> bool:
            await store.event_rows.number()
            [last] = await store.event_rows._database.read(lambda session: list(session.scalars(LAST_NUMBER)))
            positions = await store.event_rows._database.read(lambda session: list(session.scalars(POSITIONS)))
            waiting = [one.waiting for one in await store.endpoint_rows.find_all(SERVER)]
            return set(positions) == {last} and not any(waiting)

        await until(is_done, seconds=120)


if __name__ == "__main__":
    asyncio.run(deliver(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
