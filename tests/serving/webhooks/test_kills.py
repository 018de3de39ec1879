"""Kills the process that delivers, again and again: no event may be lost, and none come under a second id."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from serving.principal import SERVER
from serving.store.store import Store
from tests.serving.builders.stores import opened
from tests.serving.servers.occupied import until
from tests.serving.servers.receiver import Receiver, receiver

KILLS = 20
CHECKS = 400  # more than a process has the time to store


def start(folder: Path, port: int, checks: int) -> subprocess.Popen[str]:
    program = "tests.serving.webhooks.delivering_process"
    command = [sys.executable, "-m", program, str(folder), str(port), str(checks)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def all_events(store: Store) -> dict[str, str]:
    """The check of each event of the store."""
    await store.event_rows.number()
    found: dict[str, str] = {}
    after = 0
    while True:
        page = await store.event_rows.find_page(SERVER, after=after, limit=1000)
        found |= {event.id: str(event.data["check_id"]) for event in page.events}
        after = page.after
        if after == page.last:
            return found


def kill_once(folder: Path, host: Receiver, rng: random.Random) -> list[str]:
    """Kill the process after some deliveries, at any point of what it does then; gives the checks that it stored."""
    before = len(host.received)
    with start(folder, host.port, CHECKS) as process:
        wanted = before + rng.randint(1, 40)
        until(lambda: len(host.received) >= wanted)
        time.sleep(rng.uniform(0, 0.01))
        process.kill()
        assert process.stdout is not None
        return process.stdout.read().split()


@pytest.mark.slow
@pytest.mark.timeout(900)  # twenty processes start; it takes 60 s on two idle cores
def test_after_twenty_kills_every_event_was_delivered_under_its_one_id(tmp_path: Path) -> None:
    rng = random.Random(1)

    async def read_events() -> dict[str, str]:
        async with opened(tmp_path) as store:
            return await all_events(store)

    with receiver() as host:
        stored = [check_id for _ in range(KILLS) for check_id in kill_once(tmp_path, host, rng)]
        with start(tmp_path, host.port, 0) as process:
            assert process.wait(timeout=150) == 0
        events = asyncio.run(read_events())
        assert set(stored) <= set(events.values())
        for path in ("/200", "/204"):
            came = [(one.headers["webhook-id"], json.loads(one.body)) for one in host.at(path)]
            lost = set(events) - {webhook_id for webhook_id, _ in came}
            under_another_id = [
                webhook_id
                for webhook_id, body in came
                if body["id"] != webhook_id or events.get(webhook_id) != body["data"]["check_id"]
            ]
            print(f"{path}: {len(events)} events, {len(came) - len(events)} came twice, {len(lost)} lost")
            assert (len(lost), len(under_another_id)) == (0, 0)
            assert len(came) >= len(events) >= KILLS
