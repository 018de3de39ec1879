from __future__ import annotations

import pytest

from vision.timings import StepTimer


def test_steps_are_timed_in_their_order_without_overlap() -> None:
    timer = StepTimer()
    with timer.time("decode"):
        sum(range(10_000))
    with timer.time("infer"):
        pass
    first, second = timer.timings
    assert (first.name, second.name) == ("decode", "infer")
    assert first.start_ns < first.end_ns <= second.start_ns <= second.end_ns
    assert first.seconds == (first.end_ns - first.start_ns) / 1e9


def test_a_step_that_fails_is_timed_too() -> None:
    timer = StepTimer()
    with pytest.raises(ZeroDivisionError), timer.time("decode"):
        raise ZeroDivisionError
    assert [timing.name for timing in timer.timings] == ["decode"]
