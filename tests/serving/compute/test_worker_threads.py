from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from serving.compute.worker_threads import Overdue, Workers
from tests.serving.servers.occupied import until

NAME = "of-the-fixture"  # no other thread of this process has it


def working_threads() -> int:
    """Threads of the fixture's workers that have not ended, those that hang included."""
    return sum(thread.name == NAME for thread in threading.enumerate())


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Shut during the test: what waits for it hangs."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def workers(gate: threading.Event) -> Iterator[Workers]:
    workers = Workers(2, timeout_s=0.2, name=NAME, initializer=lambda: None)
    yield workers
    gate.set()
    workers.close()


def test_a_piece_that_hangs_is_reported_to_its_caller_and_the_others_go_on(
    workers: Workers, gate: threading.Event
) -> None:
    for _ in range(2):
        with pytest.raises(Overdue):
            workers.submit(gate.wait).result(timeout=30)
    assert [workers.submit(lambda: 7).result(timeout=30) for _ in range(4)] == [7] * 4
    assert not workers.all_hang


def test_threads_that_hang_are_replaced_as_often_as_there_are_threads_and_no_more(
    workers: Workers, gate: threading.Event
) -> None:
    until(lambda: working_threads() == 2)  # those that hung in the test before have ended
    hanging = [workers.submit(gate.wait) for _ in range(4)]
    until(lambda: workers.all_hang)
    assert working_threads() == 4
    waiting = workers.submit(lambda: 7)
    for piece in hanging:
        with pytest.raises(Overdue):
            piece.result(timeout=30)
    gate.set()
    assert waiting.result(timeout=30) == 7
    until(lambda: working_threads() == 2)


@pytest.mark.parametrize("error", [MemoryError, RecursionError, SystemExit, KeyboardInterrupt])
def test_a_piece_that_fails_in_whatever_way_ends_no_thread(workers: Workers, error: type[BaseException]) -> None:
    def fail() -> None:
        raise error("from within")

    for _ in range(5):
        with pytest.raises(error):
            workers.submit(fail).result(timeout=30)
    assert workers.submit(lambda: 7).result(timeout=30) == 7


def test_closing_lets_what_runs_finish_and_cancels_what_waits() -> None:
    workers = Workers(1, timeout_s=30, name="test", initializer=lambda: None)
    started, gate = threading.Event(), threading.Event()

    def run() -> int:
        started.set()
        assert gate.wait(30)
        return 7

    running, waiting = workers.submit(run), workers.submit(lambda: 8)
    assert started.wait(30)
    closing = threading.Thread(target=workers.close)
    closing.start()
    until(waiting.cancelled)
    gate.set()
    closing.join(30)
    assert not closing.is_alive()
    assert running.result(timeout=0) == 7
