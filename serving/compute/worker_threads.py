"""Threads that run one piece of work after another, and are replaced when a piece doesn't end in time.

Nothing can stop a thread inside a decoder or a graph. So an overdue piece's future fails, its thread is abandoned, and
another replaces it. At most as many threads may be abandoned as there are workers, until one of them ends.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any, TypeVar

T = TypeVar("T")
SCANS_PER_TIMEOUT = 20  # for overdue pieces
MAX_SCAN_PAUSE_S = 1.0


class Overdue(Exception):
    """The piece of work did not end in time."""


class Workers:
    """`count` threads; `initializer` runs first in each."""

    def __init__(self, count: int, *, timeout_s: float, name: str, initializer: Callable[[], None]) -> None:
        self._count = count
        self._timeout_s = timeout_s
        self._name = name
        self._initializer = initializer
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._serving: list[_Worker] = []
        self._abandoned: list[_Worker] = []  # each with a piece that is overdue
        self._closed = threading.Event()
        for _ in range(count):
            self._start_one()
        self._scanner = threading.Thread(target=self._scan_overdue, name=f"{name}-scan", daemon=True)
        self._scanner.start()

    @property
    def all_hang(self) -> bool:
        """Whether no thread takes work any more, which only a new process ends."""
        with self._lock:
            return not self._serving

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run `work` when a thread is free; its future raises Overdue when it takes longer than the time limit."""
        done: Future[T] = Future()
        self._waiting.put(_Piece(work, done))
        return done

    def close(self) -> None:
        """Cancel waiting pieces and wait for running ones, for as long as a piece may take."""
        self._closed.set()
        with contextlib.suppress(queue.Empty):
            while True:
                piece = self._waiting.get_nowait()
                if piece is not None:
                    piece.cancel()
        self._scanner.join()
        with self._lock:
            serving = list(self._serving)
        for _ in serving:
            self._waiting.put(None)
        end = time.monotonic() + self._timeout_s
        for worker in serving:
            worker.thread.join(max(0.0, end - time.monotonic()))

    def _start_one(self) -> None:
        worker = _Worker()
        # A daemon, so that a thread that hangs does not keep the process from ending.
        worker.thread = threading.Thread(target=self._work, args=(worker,), name=self._name, daemon=True)
        self._serving.append(worker)
        worker.thread.start()

    def _work(self, worker: _Worker) -> None:
        self._initializer()
        while (piece := self._waiting.get()) is not None:
            if not piece.start():
                continue
            worker.take(piece)
            try:
                piece.run()
            finally:
                worker.piece = None
            with self._lock:
                if worker in self._abandoned:  # another thread replaced it
                    self._abandoned.remove(worker)
                    if len(self._serving) >= self._count:
                        return
                    self._serving.append(worker)

    def _scan_overdue(self) -> None:
        pause_s = min(MAX_SCAN_PAUSE_S, self._timeout_s / SCANS_PER_TIMEOUT)
        while not self._closed.wait(pause_s):
            before = time.monotonic() - self._timeout_s
            with self._lock:
                overdue = [worker for worker in self._serving if worker.piece is not None and worker.began < before]
                for worker in overdue:
                    self._serving.remove(worker)
                    self._abandoned.append(worker)
                replaced = min(self._count - len(self._serving), 2 * self._count - self._threads())
                for _ in range(replaced):
                    self._start_one()
                pieces = [worker.piece for worker in overdue]
            for piece in pieces:
                if piece is not None:
                    piece.fail_overdue()

    def _threads(self) -> int:
        return len(self._serving) + len(self._abandoned)


class _Piece:
    """Work and its future, which its thread or the scan for overdue pieces settles, whichever is first.

    A settled piece holds neither: a cancelled one keeps its place in the queue, and its photo must not stay in memory.
    """

    __slots__ = ("_held",)

    def __init__(self, work: Callable[[], Any], done: Future[Any]) -> None:
        self._held: tuple[Callable[[], Any], Future[Any]] | None = (work, done)
        done.add_done_callback(self._release)

    def start(self) -> bool:
        """Whether it is still needed; its caller can't cancel it after that."""
        held = self._held
        return held is not None and held[1].set_running_or_notify_cancel()

    def run(self) -> None:
        held = self._held
        if held is None:
            return
        work, done = held
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 it is raised where the piece was asked for
            with contextlib.suppress(InvalidStateError):
                done.set_exception(error)
        else:
            with contextlib.suppress(InvalidStateError):
                done.set_result(result)

    def cancel(self) -> None:
        if (held := self._held) is not None:
            held[1].cancel()

    def fail_overdue(self) -> None:
        if (held := self._held) is not None:
            with contextlib.suppress(InvalidStateError):
                held[1].set_exception(Overdue())

    def _release(self, _: object) -> None:
        self._held = None


class _Worker:
    """One thread, its piece, and since when."""

    __slots__ = ("began", "piece", "thread")

    def __init__(self) -> None:
        self.thread: threading.Thread
        self.piece: _Piece | None = None
        self.began = 0.0

    def take(self, piece: _Piece) -> None:
        self.began = time.monotonic()  # before the piece: the scan reads it only where there is a piece
        self.piece = piece
