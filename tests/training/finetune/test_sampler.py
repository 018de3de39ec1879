from collections import Counter

import numpy as np
import pytest

from training.finetune.sampler import StepSampler, epoch_order, seed_of

EVEN = np.ones(10)


def test_with_even_weights_an_epoch_is_a_shuffle_of_all_photos() -> None:
    first, second = (epoch_order(EVEN, draws=10, seed=3, epoch=epoch) for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(range(10))
    assert list(first) != list(second)


@pytest.mark.parametrize("epoch", range(20))
def test_a_photo_is_drawn_floor_or_ceil_of_its_expected_times(epoch: int) -> None:
    weights = np.array([0.5, 0.5, 1.0, 2.5, 3.5])
    times = Counter(epoch_order(weights, draws=16, seed=0, epoch=epoch).tolist())
    for photo, weight in enumerate(weights):
        assert np.floor(2 * weight) <= times[photo] <= np.ceil(2 * weight)


def test_on_average_photos_are_drawn_by_their_weight() -> None:
    weights = np.array([0.1, 0.4, 1.5])
    drawn = np.concatenate([epoch_order(weights, draws=4, seed=1, epoch=epoch) for epoch in range(2000)])
    assert np.bincount(drawn) / len(drawn) == pytest.approx(weights / 2, abs=0.01)


def test_a_resumed_sampler_gives_the_steps_that_were_left() -> None:
    whole = list(StepSampler(EVEN, batch_size=4, epochs=3, seed=5))
    assert len(whole) == 9
    for first_step in (1, 3, 7, 9):
        resumed = StepSampler(EVEN, batch_size=4, epochs=3, seed=5, first_step=first_step)
        assert list(resumed) == whole[first_step:]
        assert len(resumed) == len(whole) - first_step


def test_processes_share_each_batch_without_overlap() -> None:
    whole = list(StepSampler(EVEN, batch_size=4, epochs=2, seed=5))
    parts = [list(StepSampler(EVEN, batch_size=4, epochs=2, seed=5, rank=rank, world_size=2)) for rank in (0, 1)]
    for batch, first, second in zip(whole, *parts, strict=True):
        assert len(first) == len(second) == 2
        assert sorted(batch) == sorted(first + second)


def test_a_photo_drawn_twice_is_augmented_with_two_seeds() -> None:
    sampler = StepSampler(np.array([1.0, 1.0]), batch_size=8, epochs=2, seed=0)
    draws = [draw for batch in sampler for draw in batch]
    assert len({draw.seed for draw in draws}) == len(draws) == 16


def test_a_seed_depends_on_each_of_its_parts() -> None:
    assert len({seed_of(1, 2, 3), seed_of(1, 3, 2), seed_of(2, 2, 3), seed_of(1, 2), seed_of(1, 2, 4)}) == 5
