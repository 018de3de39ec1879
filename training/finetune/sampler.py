"""Which photos each step draws, and with which seeds: a function of the run's seed and the step alone.

A resumed run has the same draws, and so has a run on another number of processes.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler


class Draw(NamedTuple):
    """One photo of a batch: its position in the fit rows, and the seed of its augmentation."""

    position: int
    seed: int


def seed_of(*parts: int) -> int:
    """A 63-bit seed from a run's seed and a place in the run; different places give independent streams."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> np.uint64(1))


def epoch_order(weights: NDArray[np.float64], *, draws: int, seed: int, epoch: int) -> NDArray[np.intp]:
    """Positions [draws] in random order, each drawn floor or ceil of its expected number of times.

    Systematic resampling (Carpenter et al. 1999): unlike independent draws, an epoch misses no photo whose share is
    at least one draw.
    """
    rng = np.random.default_rng([seed, epoch])
    shuffled = rng.permutation(len(weights))
    reached = np.cumsum(weights[shuffled]) * (draws / weights.sum())  # draws due up to each photo
    chosen = np.searchsorted(reached, np.arange(draws) + rng.random(), side="right")
    return rng.permutation(shuffled[np.minimum(chosen, len(weights) - 1)])


class StepSampler(Sampler[list[Draw]]):
    """One list of draws a step for this process, from `first_step` to the last step of the last epoch."""

    def __init__(
        self,
        weights: NDArray[np.float64],
        *,
        batch_size: int,
        epochs: int,
        seed: int,
        first_step: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.weights = weights
        self.batch_size = batch_size
        self.epochs = epochs
        self.seed = seed
        self.first_step = first_step
        self.rank = rank
        self.world_size = world_size
        self.steps_per_epoch = steps_per_epoch(len(weights), batch_size)

    def __len__(self) -> int:
        return self.epochs * self.steps_per_epoch - self.first_step

    def __iter__(self) -> Iterator[list[Draw]]:
        for epoch in range(self.first_step // self.steps_per_epoch, self.epochs):
            draws = self.steps_per_epoch * self.batch_size
            order = epoch_order(self.weights, draws=draws, seed=self.seed, epoch=epoch)
            done = self.first_step - epoch * self.steps_per_epoch
            for step in range(max(0, done), self.steps_per_epoch):
                places = range(step * self.batch_size + self.rank, (step + 1) * self.batch_size, self.world_size)
                yield [Draw(int(order[place]), seed_of(self.seed, epoch, place)) for place in places]


def steps_per_epoch(photos: int, batch_size: int) -> int:
    """Full batches that hold at least every photo's share once."""
    return -(-photos // batch_size)
