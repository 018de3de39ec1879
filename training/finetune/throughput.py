"""How many photos a run processes per second, and how much of its time it waits for data."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class Throughput:
    """Counts photos and seconds of the training steps; evaluation and checkpoints between epochs don't count."""

    def __init__(self) -> None:
        self.steps = 0
        self.photos = 0
        self.seconds = 0.0
        self.waiting_s = 0.0

    def timed(self, batches: Iterable[T], *, photos: int) -> Iterator[T]:
        """The batches, of `photos` photos each, with the time spent waiting for each and computing on it."""
        remaining = iter(batches)
        while True:
            requested = time.perf_counter()
            try:
                batch = next(remaining)
            except StopIteration:
                return
            received = time.perf_counter()
            yield batch
            self.steps += 1
            self.photos += photos
            self.waiting_s += received - requested
            self.seconds += time.perf_counter() - requested

    @property
    def photos_per_s(self) -> float:
        """Photos per second; 0 before the first step."""
        return self.photos / self.seconds if self.seconds else 0.0

    @property
    def waiting_share(self) -> float:
        """Share of the time spent waiting for data, 0 to 1."""
        return self.waiting_s / self.seconds if self.seconds else 0.0

    @property
    def seconds_per_step(self) -> float:
        """Mean duration of a step; 0 before the first."""
        return self.seconds / self.steps if self.steps else 0.0
