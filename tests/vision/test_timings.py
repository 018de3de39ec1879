from __future__ import annotations

import pytest

from vision.timings import HopTimer


def test_hops_are_told_in_their_order_without_overlap() -> None:
    timer = HopTimer()
    with timer.time("decode"):
        sum(range(10_000))
    with timer.time("infer"):
        pass
    first, second = timer.hops
    assert (first.name, second.name) == ("decode", "infer")
    assert first.start_ns < first.end_ns <= second.start_ns <= second.end_ns
    assert first.seconds == (first.end_ns - first.start_ns) / 1e9


def test_a_hop_that_fails_is_timed_too() -> None:
    timer = HopTimer()
    with pytest.raises(ZeroDivisionError), timer.time("decode"):
        raise ZeroDivisionError
    assert [hop.name for hop in timer.hops] == ["decode"]
