"""How long each step of a photo's processing took; the times are returned beside the result, and kept by the caller."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

StepName = Literal["decode", "resize", "infer", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One step, from and to on the clock of `time.perf_counter_ns`."""

    name: StepName
    start_ns: int
    end_ns: int

    @property
    def seconds(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


class StepTimer:
    """Times the steps of one photo, in their order; a step that raises is timed too."""

    __slots__ = ("_timings",)

    def __init__(self) -> None:
        self._timings: list[Timing] = []

    @property
    def timings(self) -> tuple[Timing, ...]:
        """What was timed so far."""
        return tuple(self._timings)

    @contextmanager
    def time(self, name: StepName) -> Iterator[None]:
        """Time what runs inside."""
        start_ns = time.perf_counter_ns()
        try:
            yield
        finally:
            self._timings.append(Timing(name=name, start_ns=start_ns, end_ns=time.perf_counter_ns()))
