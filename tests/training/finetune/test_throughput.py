import time
from collections.abc import Iterator

from training.finetune.throughput import Throughput


def test_time_until_a_batch_comes_counts_as_waiting() -> None:
    def slow_batches() -> Iterator[int]:
        for batch in range(3):
            time.sleep(0.03)
            yield batch

    throughput = Throughput()
    for _ in throughput.timed(slow_batches(), photos=8):
        time.sleep(0.01)
    assert (throughput.steps, throughput.photos) == (3, 24)
    assert 0.5 < throughput.waiting_share < 0.95
    assert throughput.seconds >= 0.12
    assert throughput.photos_per_s <= 24 / 0.12
    assert throughput.seconds_per_step >= 0.04


def test_before_the_first_step_every_figure_is_zero() -> None:
    throughput = Throughput()
    assert list(throughput.timed([], photos=8)) == []
    assert (throughput.photos_per_s, throughput.waiting_share, throughput.seconds_per_step) == (0.0, 0.0, 0.0)
