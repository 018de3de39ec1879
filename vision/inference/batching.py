"""Batches photos of several threads into one run of the graph: for devices that one photo can't fill.

A photo that finds the device free is judged at once, unless photos arrive so fast that the next one is expected within
the longest wait. While the device is busy, photos gather by themselves. The threads that bring the photos do the work
in turns, so there is no thread to start or stop.
"""

import logging
import threading
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.bundle.metadata import GraphMetadata
from vision.inference.scorer import Scores, TileScorer

_log = logging.getLogger(__name__)

_GAP_WEIGHT = 0.2  # of the newest gap between photos in their moving average


class BatchingScorer:
    """A scorer that judges at most `max_tiles` tiles of several callers together, after at most `max_wait_s`."""

    def __init__(self, scorer: TileScorer, *, max_wait_s: float, max_tiles: int) -> None:
        self._scorer = scorer
        self._max_wait_s = max_wait_s
        self._max_tiles = max_tiles
        self._device = threading.Lock()
        self._arrived = threading.Condition()
        self._waiting: list[_Request] = []
        self._last_arrival_s = -np.inf
        self._gap_s = np.inf

    @property
    def graph(self) -> GraphMetadata:
        """The metadata of the graph in use."""
        return self._scorer.graph

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers in use, the preferred one first."""
        return self._scorer.providers

    @property
    def embedding_size(self) -> int:
        """How many values an embedding has."""
        return self._scorer.embedding_size

    def score(self, tiles: NDArray[np.uint8]) -> Scores:
        """Judges tiles as `Scorer.score` does; any number of threads may call it at once."""
        request = _Request(tiles)
        with self._arrived:
            self._note_arrival(time.monotonic())
            self._waiting.append(request)
            self._arrived.notify_all()
        with self._device:
            while not request.is_settled:  # by an earlier holder of the device
                self._run(self._gather())
        return request.result()

    def _note_arrival(self, now_s: float) -> None:
        gap_s = now_s - self._last_arrival_s
        self._last_arrival_s = now_s
        # A pause longer than the wait says nothing of what comes next: start anew, and don't wait.
        is_known = gap_s <= self._max_wait_s and np.isfinite(self._gap_s)
        self._gap_s = self._gap_s + _GAP_WEIGHT * (gap_s - self._gap_s) if is_known else gap_s

    def _gather(self) -> list["_Request"]:
        """The next batch; waits for more tiles where they are expected."""
        with self._arrived:
            end_s = time.monotonic() + (self._max_wait_s if self._gap_s <= self._max_wait_s else 0.0)
            while self._count() < self._max_tiles and (left_s := end_s - time.monotonic()) > 0:
                self._arrived.wait(left_s)
            batch = [self._waiting.pop(0)]
            room = self._max_tiles - len(batch[0].tiles)
            while self._waiting and len(self._waiting[0].tiles) <= room:
                batch.append(self._waiting.pop(0))
                room -= len(batch[-1].tiles)
            return batch

    def _count(self) -> int:
        return sum(len(request.tiles) for request in self._waiting)

    def _run(self, batch: Sequence["_Request"]) -> None:
        try:
            scores = self._scorer.score(np.concatenate([request.tiles for request in batch]))
        except BaseException as error:  # noqa: BLE001 its caller raises it
            if len(batch) == 1:
                batch[0].error = error
                return
            _log.warning("%d photos judged together failed, and are judged one by one: %s", len(batch), error)
        else:
            start = 0
            for request in batch:
                request.scores = _slice(scores, start, start + len(request.tiles))
                start += len(request.tiles)
            return
        for request in batch:  # one photo's fault, or a device too small for the batch, must not fail every caller
            self._run([request])


class _Request:
    """One caller's tiles, and their scores or error."""

    __slots__ = ("error", "scores", "tiles")

    def __init__(self, tiles: NDArray[np.uint8]) -> None:
        self.tiles = tiles
        self.scores: Scores | None = None
        self.error: BaseException | None = None

    @property
    def is_settled(self) -> bool:
        return self.scores is not None or self.error is not None

    def result(self) -> Scores:
        if self.scores is not None:
            return self.scores
        raise self.error or RuntimeError("the batch has not run yet")


def _slice(scores: Scores, start: int, end: int) -> Scores:
    def cut(values: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        return None if values is None else values[start:end]

    return Scores(
        logit=scores.logit[start:end],
        embedding=scores.embedding[start:end],
        evidence=scores.evidence[start:end],
        product_logit=cut(scores.product_logit),
        novelty=cut(scores.novelty),
        foreground=cut(scores.foreground),
        together=scores.together,
    )
