"""A server whose compute threads are held, as by photos that take long, until a test lets them go."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from tests.serving.servers.running import Running


@contextlib.contextmanager
def occupied(server: Running, waiting: int = 0) -> Iterator[None]:
    """Hold every thread, with so many pieces waiting behind, while the block runs."""
    gate = threading.Event()
    compute = server.services.compute
    pieces = compute.threads + waiting

    async def hold() -> None:
        await compute.run_all([gate.wait] * pieces)

    thread = threading.Thread(target=lambda: asyncio.run(hold()))
    thread.start()
    try:
        until(lambda: compute.unfinished >= pieces)
        yield
    finally:
        gate.set()
        thread.join()


def until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something happened; fails when it does not."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
