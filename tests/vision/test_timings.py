from __future__ import annotations

from vision.timings import StepTimer


def test_steps_follow_each_other_without_a_gap() -> None:
    timer = StepTimer()
    sum(range(10_000))
    timer.end_step("decode")
    timer.end_step("infer")
    first, second = timer.timings
    assert (first.name, second.name) == ("decode", "infer")
    assert first.duration_ns > 0
    assert second.start_ns == first.start_ns + first.duration_ns
    assert second.duration_ns >= 0
