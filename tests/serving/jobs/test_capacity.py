from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from serving.compute.executor import LOWEST_PRIORITY, Compute
from serving.jobs.capacity import Capacity


@pytest.fixture
def two() -> Iterator[tuple[Compute, Compute]]:
    checks = Compute(threads=2, max_waiting=64, timeout_s=60)
    jobs = Compute(threads=2, max_waiting=64, timeout_s=60, niceness=LOWEST_PRIORITY)
    yield checks, jobs
    checks.close()
    jobs.close()


async def running(compute: Compute, pieces: int, gate: threading.Event) -> asyncio.Task[list[bool]]:
    task = asyncio.create_task(compute.run_all([gate.wait] * pieces))
    while compute.unfinished < pieces:
        await asyncio.sleep(0)
    return task


def test_lines_take_the_threads_that_checks_leave(two: tuple[Compute, Compute]) -> None:
    asyncio.run(lines_take_what_is_left(*two))


async def lines_take_what_is_left(checks: Compute, jobs: Compute) -> None:
    capacity, gate = Capacity(checks=checks, jobs=jobs), threading.Event()
    tasks = [await running(jobs, 2, gate)]
    assert capacity.has_room  # one waits, so that no thread is idle between two lines
    tasks.append(await running(jobs, 4, gate))
    assert not capacity.has_room
    gate.set()
    await asyncio.gather(*tasks)
    gate.clear()
    tasks = [await running(checks, 1, gate)]
    assert capacity.has_room
    tasks.append(await running(jobs, 1, gate))
    assert not capacity.has_room
    gate.set()
    await asyncio.gather(*tasks)


def test_no_line_starts_while_every_thread_has_a_check(two: tuple[Compute, Compute]) -> None:
    asyncio.run(no_line_starts(*two))


async def no_line_starts(checks: Compute, jobs: Compute) -> None:
    capacity, gate = Capacity(checks=checks, jobs=jobs), threading.Event()
    task = await running(checks, 2, gate)
    waits = asyncio.create_task(capacity.wait())
    await asyncio.sleep(0.05)
    assert not waits.done()
    gate.set()
    await task
    async with asyncio.timeout(30):
        await waits
