from __future__ import annotations

import asyncio
import functools
import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest

from serving.compute.deadline import CallerLeft, Deadline
from serving.compute.executor import Compute
from serving.errors import ComputeTimedOut, DeadlineUnreachable, Overloaded
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_pieces_run_in_parallel_and_come_back_in_order() -> None:
    compute = Compute(threads=2, max_waiting=10, timeout_s=30)
    barrier = threading.Barrier(2, timeout=5)  # breaks unless two pieces run at once

    def piece(value: int) -> int:
        barrier.wait()
        return value

    assert asyncio.run(compute.run_all([lambda: piece(1), lambda: piece(2)])) == [1, 2]
    compute.close()


def test_work_over_the_queue_limit_is_refused_at_once() -> None:
    compute = Compute(threads=1, max_waiting=2, timeout_s=30)
    gate = threading.Event()

    async def work() -> None:
        running = asyncio.create_task(compute.run_all([gate.wait] * 3))  # one runs, two wait
        await asyncio.sleep(0.05)
        assert compute.waiting == 2
        start = time.perf_counter()
        with pytest.raises(Overloaded) as caught:
            await compute.run(lambda: None)
        assert time.perf_counter() - start < 15  # waiting would take the whole timeout: the gate is shut
        assert 1 <= caught.value.retry_after_s <= 30
        gate.set()
        await running
        assert compute.waiting == 0
        assert await compute.run(lambda: 7) == 7

    asyncio.run(work())
    compute.close()


def test_what_would_wait_longer_than_its_deadline_is_refused_at_once() -> None:
    compute = Compute(threads=1, max_waiting=1000, timeout_s=30)
    gate = threading.Event()

    async def work() -> None:
        running = asyncio.create_task(compute.run_all([gate.wait] * 101))
        await asyncio.sleep(0.02)
        assert compute.expected_wait_s > 1
        compute.refuse_overload(Deadline())
        compute.refuse_overload(Deadline(60))
        for deadline in (Deadline(0.5), Deadline(1e-9)):
            with pytest.raises(DeadlineUnreachable, match=r"photos wait for about \d+\.\d s now") as caught:
                await compute.run_all([lambda: None], deadline)
            assert 1 <= caught.value.retry_after_s <= 30
        assert compute.waiting == 100, "nothing of it was taken"
        gate.set()
        await running

    asyncio.run(work())
    compute.close()


def test_work_that_nobody_waits_for_any_more_is_dropped() -> None:
    compute = Compute(threads=1, max_waiting=5, timeout_s=30)
    gate = threading.Event()

    async def work() -> None:
        running = asyncio.create_task(compute.run(gate.wait))
        await asyncio.sleep(0.02)
        deadline = Deadline()
        waiting = asyncio.create_task(compute.run_all([lambda: None] * 2, deadline))
        await asyncio.sleep(0.02)
        deadline.set_caller_left()
        with pytest.raises(CallerLeft):
            await waiting
        assert compute.waiting == 0
        gate.set()
        await running

    asyncio.run(work())
    compute.close()


def test_with_an_empty_queue_a_request_of_any_size_is_taken() -> None:
    compute = Compute(threads=1, max_waiting=2, timeout_s=30)
    assert asyncio.run(compute.run_all([lambda: 1] * 12)) == [1] * 12
    compute.close()


def test_cancelled_work_frees_its_place_in_the_queue() -> None:
    compute = Compute(threads=1, max_waiting=5, timeout_s=30)
    gate = threading.Event()

    async def work() -> None:
        running = asyncio.create_task(compute.run(gate.wait))
        await asyncio.sleep(0.02)
        waiting = asyncio.create_task(compute.run_all([lambda: None] * 4))
        await asyncio.sleep(0.02)
        assert compute.waiting == 4
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert compute.waiting == 0
        gate.set()
        await running

    asyncio.run(work())
    compute.close()


def test_cancelled_work_holds_no_photo() -> None:
    """Its place is free at once, so callers who leave could otherwise fill the memory behind one slow photo."""

    class Photo:
        def judge(self) -> None:
            raise AssertionError("given up before it had a thread")

    compute = Compute(threads=1, max_waiting=5, timeout_s=30)
    gate = threading.Event()

    async def work() -> None:
        running = asyncio.create_task(compute.run(gate.wait))
        await asyncio.sleep(0.02)
        photo = Photo()
        held = weakref.ref(photo)
        waiting = asyncio.create_task(compute.run(photo.judge))
        del photo
        await asyncio.sleep(0.02)
        assert held() is not None
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        del waiting
        await asyncio.sleep(0.02)
        gc.collect()
        assert held() is None
        gate.set()
        await running

    asyncio.run(work())
    compute.close()


def test_where_one_piece_hangs_those_that_wait_behind_it_never_start() -> None:
    """Twelve photos that hang would take twelve threads, each for a time limit, though the first ended the check."""
    compute = Compute(threads=1, max_waiting=20, timeout_s=0.2)
    gate = threading.Event()
    started: list[int] = []

    def hang(number: int) -> None:
        started.append(number)
        gate.wait(30)

    async def work() -> None:
        with pytest.raises(ComputeTimedOut):
            await compute.run_all([functools.partial(hang, number) for number in range(12)])
        await asyncio.sleep(0.02)
        gate.set()
        await compute.run(lambda: None)  # behind whatever waits still
        assert len(started) <= 2  # the second one may be taken by the new thread before the first one's end is reported
        assert compute.unfinished <= 1

    asyncio.run(work())
    compute.close()


def test_a_piece_that_fails_is_reported_while_another_still_runs() -> None:
    compute = Compute(threads=2, max_waiting=10, timeout_s=30)
    gate = threading.Event()

    def fail() -> bool:
        raise ValueError("from within")

    async def work() -> None:
        start = time.perf_counter()
        with pytest.raises(ValueError, match="from within"):
            await compute.run_all([lambda: gate.wait(10), fail])
        assert time.perf_counter() - start < 5
        assert compute.unfinished >= 1  # the other one keeps its thread
        gate.set()

    asyncio.run(work())
    compute.close()


def test_no_work_is_done_at_once() -> None:
    compute = Compute(threads=1, max_waiting=0, timeout_s=30)
    assert asyncio.run(asyncio.wait_for(compute.run_all([]), 10)) == []
    compute.close()


def test_closing_cancels_who_waits_for_a_thread() -> None:
    compute = Compute(threads=1, max_waiting=10, timeout_s=30)
    started, gate = threading.Event(), threading.Event()

    def hold() -> bool:
        started.set()
        return gate.wait(60)

    async def work() -> None:
        running = asyncio.create_task(compute.run(hold))
        await asyncio.to_thread(started.wait)
        waiting = asyncio.create_task(compute.run(lambda: True))
        await asyncio.sleep(0)  # it is in the queue after its first step
        closing = asyncio.create_task(asyncio.to_thread(compute.close))
        with pytest.raises(asyncio.CancelledError):
            await waiting
        gate.set()
        await closing
        assert await running

    asyncio.run(work())


def test_an_overloaded_server_answers_503_with_retry_after_and_recovers(start: Callable[..., Running]) -> None:
    server = start(threads=1, max_waiting=0)
    gate = threading.Event()

    async def occupy() -> None:
        await server.services.compute.run_all([gate.wait] * 2)

    thread = threading.Thread(target=lambda: asyncio.run(occupy()))
    thread.start()
    while server.services.compute.waiting == 0:
        time.sleep(0.005)
    response = server.check(jpeg())
    gate.set()
    thread.join()
    assert (response.status_code, response.json()["code"]) == (503, "overloaded")
    assert int(response.headers["retry-after"]) >= 1
    assert server.check(jpeg()).status_code == 200
