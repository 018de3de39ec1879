"""How long each hop of a photo's walk took, told beside the judgement: who keeps the times is not vision's business."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

HopName = Literal["decode", "resize", "infer", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop, from and to on the clock of `time.perf_counter_ns`."""

    name: HopName
    start_ns: int
    end_ns: int

    @property
    def seconds(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


class HopTimer:
    """Times the hops of one walk, in their order; a hop that raises is timed too."""

    __slots__ = ("_hops",)

    def __init__(self) -> None:
        self._hops: list[Hop] = []

    @property
    def hops(self) -> tuple[Hop, ...]:
        """What was timed so far."""
        return tuple(self._hops)

    @contextmanager
    def time(self, name: HopName) -> Iterator[None]:
        """Time what runs inside."""
        start_ns = time.perf_counter_ns()
        try:
            yield
        finally:
            self._hops.append(Hop(name=name, start_ns=start_ns, end_ns=time.perf_counter_ns()))
