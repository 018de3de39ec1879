"""How long each step of a photo's processing took; the times are returned beside the result, and kept by the caller."""

import time
from dataclasses import dataclass
from typing import Literal

StepName = Literal["decode", "resize", "infer", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One step: when it began on the clock of `time.perf_counter_ns`, and how long it took."""

    name: StepName
    start_ns: int
    duration_ns: int


class StepTimer:
    """Times the steps of one photo, which follow each other without a gap; `timings` has those that ended."""

    __slots__ = ("_start_ns", "timings")

    def __init__(self) -> None:
        self.timings: list[Timing] = []
        self._start_ns = time.perf_counter_ns()

    def end_step(self, name: StepName) -> None:
        """End a step, which began when the one before ended; the next one begins."""
        end_ns = time.perf_counter_ns()
        self.timings.append(Timing(name=name, start_ns=self._start_ns, duration_ns=end_ns - self._start_ns))
        self._start_ns = end_ns
