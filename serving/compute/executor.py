"""The compute threads, one a core by default, with a bounded queue of photos."""

from __future__ import annotations

import asyncio
import functools
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from serving.compute.deadline import Deadline
from serving.compute.worker_threads import Overdue, Workers
from serving.errors import ComputeTimedOut, DeadlineUnreachable, Overloaded

T = TypeVar("T")
LOWEST_PRIORITY = 19  # a thread of it has a tenth of a core where one of niceness 10 wants the rest


class Compute:
    """Runs CPU-bound work beside the event loop; refuses work at once while `max_waiting` pieces wait.

    A piece may take `timeout_s` on its thread. `niceness` is added to that of the process: a larger one for work that
    leaves the processor to others.
    """

    def __init__(self, *, threads: int, max_waiting: int, timeout_s: float, niceness: int = 0) -> None:
        self.threads = threads
        self.max_waiting = max_waiting
        self.timeout_s = timeout_s
        self._workers = Workers(
            threads, timeout_s=timeout_s, name="compute", initializer=functools.partial(_lower_priority, niceness)
        )
        self._lock = threading.Lock()
        self._unfinished = 0
        self._seconds_a_piece = 0.05  # moving average

    @property
    def unfinished(self) -> int:
        """Pieces of work that have a thread or wait for one."""
        return self._unfinished

    @property
    def hangs(self) -> bool:
        """Whether every thread, and every replacement, is overdue."""
        return self._workers.all_hang

    @property
    def waiting(self) -> int:
        """Pieces of work that have no thread yet."""
        return max(0, self._unfinished - self.threads)

    @property
    def has_idle_thread(self) -> bool:
        """Whether a thread has nothing to do."""
        return self._unfinished < self.threads

    @property
    def busy(self) -> int:
        """Threads at work."""
        return min(self.threads, self._unfinished)

    @property
    def expected_wait_s(self) -> float:
        """Seconds until a piece that comes now gets a thread, by how long the last pieces took."""
        return max(0, self._unfinished + 1 - self.threads) * self._seconds_a_piece / self.threads

    def refuse_overload(self, deadline: Deadline, pieces: int = 1) -> None:
        """Raise Overloaded where so many pieces would not be taken now, DeadlineUnreachable where they would be late.

        The one place that decides it: asked before a request's body is read, and again when its work is here.
        """
        wait_s = self.expected_wait_s
        if self._unfinished > self.threads and self.waiting + pieces > self.max_waiting:
            raise Overloaded(
                f"{self.waiting} photos wait already and at most {self.max_waiting} may; send the same again later",
                retry_after_s=_retry_after_s(wait_s),
            )
        if wait_s == 0:  # a deadline that passed ends what runs by itself
            return
        remaining_s = deadline.remaining_s
        if wait_s > remaining_s:
            raise DeadlineUnreachable(
                f"photos wait for about {wait_s:.1f} s now, and of this request's Request-Timeout "
                f"{max(0.0, remaining_s):.1f} s are left; send the same again later",
                retry_after_s=_retry_after_s(wait_s - remaining_s),
            )

    async def run_all(self, work: Sequence[Callable[[], T]], deadline: Deadline | None = None) -> list[T]:
        """Run every piece, in parallel where threads are free, and give the results in order.

        Raises Overloaded or DeadlineUnreachable before starting any of them, see `refuse_overload`; with nothing
        waiting a request of any size is taken. Raises ComputeTimedOut when a piece does not end in time, and what
        `Deadline.enforced` raises. Where one fails or nobody waits, those without a thread are dropped.
        """
        deadline = Deadline() if deadline is None else deadline
        with self._lock:
            self.refuse_overload(deadline, len(work))
            self._unfinished += len(work)
        results = _Results(len(work), asyncio.get_running_loop())

        def end(piece: Future[T]) -> None:  # also called for a piece that was cancelled while it waited
            with self._lock:
                self._unfinished -= 1
            results.add(piece)

        pieces = [self._submit(piece, end) for piece in work]
        try:
            async with deadline.enforced():
                await results.ended
            return [piece.result() for piece in pieces]
        except Overdue as error:
            raise ComputeTimedOut(
                f"one photo took longer than {self.timeout_s:g} s, so nothing was answered; send it again once, and "
                "smaller if that fails too",
                retry_after_s=30,
            ) from error
        finally:
            for piece in pieces:
                piece.cancel()

    async def run(self, work: Callable[[], T]) -> T:
        """Run one piece of work; raises Overloaded like `run_all`."""
        return (await self.run_all([work]))[0]

    def close(self) -> None:
        """Wait for what runs and end the threads."""
        self._workers.close()

    def _submit(self, piece: Callable[[], T], end: Callable[[Future[T]], None]) -> Future[T]:
        future = self._workers.submit(functools.partial(self._timed, piece))
        future.add_done_callback(end)
        return future

    def _timed(self, piece: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = piece()
        with self._lock:
            self._seconds_a_piece += 0.1 * (time.perf_counter() - start - self._seconds_a_piece)
        return result


class _Results:
    """`ended` is done when every piece of one request has ended, and fails as the first piece that fails.

    One future of asyncio for all of them and one call to the loop for each take two thirds of what `wrap_future` and
    `gather` do.
    """

    __slots__ = ("_left", "_loop", "ended")

    def __init__(self, count: int, loop: asyncio.AbstractEventLoop) -> None:
        self._left = count
        self._loop = loop
        self.ended: asyncio.Future[None] = loop.create_future()
        if count == 0:
            self.ended.set_result(None)

    def add(self, piece: Future[Any]) -> None:
        """Take a piece that has ended; called on its thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, piece)

    def _settle(self, piece: Future[Any]) -> None:
        self._left -= 1
        if self.ended.done():
            return
        if piece.cancelled():  # the threads are closed
            self.ended.cancel()
        elif (error := piece.exception()) is not None:
            self.ended.set_exception(error)
        elif self._left == 0:
            self.ended.set_result(None)


def _retry_after_s(wait_s: float) -> int:
    return min(30, max(1, math.ceil(wait_s)))


def _lower_priority(niceness: int) -> None:
    """Let the event loop have a core at once, so that a refusal doesn't wait for a photo."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        current = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(19, current + niceness))
