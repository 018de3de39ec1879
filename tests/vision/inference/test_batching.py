"""Batches are forced by holding the device up, not by timing."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.builders.bundle import SIZE_PX, write_tiny_bundle
from vision.bundle.self_test import self_test_inputs
from vision.errors import BundleError
from vision.inference.batching import BatchingScorer
from vision.inference.scorer import Scorer, Scores

LONG_S = 600.0  # a test that waits this long has failed


class HeldUpScorer(Scorer):
    """A scorer whose first run lasts until it is released; notes how many tiles each run had."""

    def __init__(self, folder: Path) -> None:
        super().__init__(write_tiny_bundle(folder))
        self.runs: list[int] = []
        self.started, self.go_on = threading.Event(), threading.Event()

    def score(self, tiles: NDArray[np.uint8]) -> Scores:
        self.runs.append(len(tiles))
        self.started.set()
        assert self.go_on.wait(30)
        return super().score(tiles)


def score_behind_the_first(
    batching: BatchingScorer, scorer: HeldUpScorer, tiles: Sequence[NDArray[np.uint8]]
) -> list[Future[Scores]]:
    """Ask for each, the later ones while the first runs."""
    with ThreadPoolExecutor(len(tiles)) as pool:
        first = pool.submit(batching.score, tiles[0])
        assert scorer.started.wait(30)
        rest = [pool.submit(batching.score, tile) for tile in tiles[1:]]
        while len(batching._waiting) < len(rest):
            assert not any(future.done() for future in rest)
        scorer.go_on.set()
    return [first, *rest]


def test_what_comes_while_the_device_is_busy_runs_together_and_each_gets_its_own(tmp_path: Path) -> None:
    scorer = HeldUpScorer(tmp_path)
    batching = BatchingScorer(scorer, max_wait_s=0, max_tiles=4)
    tiles = [tile[None] for tile in self_test_inputs(SIZE_PX)[:7]]
    futures = score_behind_the_first(batching, scorer, tiles)
    assert scorer.runs == [1, 4, 2]
    for tile, future in zip(tiles, futures, strict=True):
        alone, together = scorer.score(tile), future.result()
        assert together.logit == pytest.approx(alone.logit, abs=1e-4)
        assert together.embedding == pytest.approx(alone.embedding, abs=1e-5)
        assert together.evidence.shape == alone.evidence.shape
        assert together.novelty is None


def test_tiles_of_one_photo_stay_together_even_beyond_the_most(tmp_path: Path) -> None:
    scorer = HeldUpScorer(tmp_path)
    batching = BatchingScorer(scorer, max_wait_s=0, max_tiles=2)
    tiles = self_test_inputs(SIZE_PX)
    futures = score_behind_the_first(batching, scorer, [tiles[:1], tiles[1:4], tiles[4:5]])
    assert sorted(scorer.runs) == [1, 1, 3]
    assert [len(future.result().logit) for future in futures] == [1, 3, 1]


def test_a_photo_alone_does_not_wait(tmp_path: Path) -> None:
    batching = BatchingScorer(Scorer(write_tiny_bundle(tmp_path)), max_wait_s=LONG_S, max_tiles=8)
    assert len(batching.score(self_test_inputs(SIZE_PX)[:1]).logit) == 1


def test_where_photos_come_close_upon_each_other_one_waits_until_the_batch_is_full(tmp_path: Path) -> None:
    scorer = HeldUpScorer(tmp_path)
    scorer.go_on.set()
    batching = BatchingScorer(scorer, max_wait_s=LONG_S, max_tiles=3)
    tile = self_test_inputs(SIZE_PX)[:1]
    batching.score(tile)
    with ThreadPoolExecutor(3) as pool:  # the first shows how close they come, so these wait for each other
        list(pool.map(batching.score, [tile] * 3))
    assert scorer.runs == [1, 3]


class SmallDeviceScorer(HeldUpScorer):
    """A scorer whose device has room for one tile at a time."""

    def score(self, tiles: NDArray[np.uint8]) -> Scores:
        scores = super().score(tiles)
        if len(tiles) > 1:
            raise BundleError("the device ran out of memory")
        return scores


def test_what_fails_together_is_judged_one_by_one_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    scorer = SmallDeviceScorer(tmp_path)
    batching = BatchingScorer(scorer, max_wait_s=0, max_tiles=4)
    tiles = [tile[None] for tile in self_test_inputs(SIZE_PX)[:3]]
    futures = score_behind_the_first(batching, scorer, tiles)
    assert scorer.runs == [1, 2, 1, 1]
    assert "2 photos judged together failed, and are judged one by one: the device ran out of memory" in caplog.text
    for tile, future in zip(tiles, futures, strict=True):
        assert (future.result().logit == scorer.score(tile).logit).all()


def test_a_photo_that_fails_alone_fails_for_its_caller_only(tmp_path: Path) -> None:
    scorer = HeldUpScorer(tmp_path)
    batching = BatchingScorer(scorer, max_wait_s=0, max_tiles=4)
    wrong = np.zeros((1, 8, 8, 3), np.uint8)
    good = self_test_inputs(SIZE_PX)[:1]
    first, broken, sound = score_behind_the_first(batching, scorer, [good, wrong, good])
    with pytest.raises(BundleError, match="failed on"):
        broken.result()
    assert (sound.result().logit == first.result().logit).all()
