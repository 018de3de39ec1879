"""Robustness to image changes: evaluates changed copies of listings again, by the same Detector.

The changes are in perturbations/photo.py, the copies in copies.py and the figures in figures.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from rich.console import Console

from training.data.manifest import Manifest
from training.evaluation.predict import decide_rows
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.perturbations.photo import CHANGES, Change
from training.perturbations.place import is_placed
from training.progress import photo_progress
from training.robustness.copies import Copies, find_copies
from training.robustness.figures import ChangedPrediction, ChangeFigures, measure_change
from vision.detector import Detector
from vision.verdict import PhotoJudgement

DEFAULT_LISTINGS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessPlan:
    """How many listings, drawn by which seed, are evaluated again under which changes."""

    listings: int = DEFAULT_LISTINGS
    seed: int = 0
    changes: tuple[Change, ...] = CHANGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A listing that is evaluated again: its prediction, and the rows of its photos."""

    prediction: ListingPrediction
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """What the plan's changes did to the listings `drawn` from the test set's `total`.

    `boxed` of the drawn have every photo's product marked, by box or mask. `predictions` and `figures` are in the
    plan's order of changes; a change that no listing allows is in neither.
    """

    plan: RobustnessPlan
    copies: Copies
    drawn: tuple[Drawn, ...]
    total: int
    boxed: int
    predictions: tuple[ChangedPrediction, ...]
    figures: tuple[ChangeFigures, ...]

    @property
    def photos(self) -> int:
        """Photos of the drawn listings."""
        return sum(len(one.rows) for one in self.drawn)

    @property
    def skipped(self) -> tuple[Change, ...]:
        """The changes that no drawn listing allows."""
        made = {figures.change for figures in self.figures}
        return tuple(change for change in self.plan.changes if change.code not in made)


def measure_robustness(
    detector: Detector,
    manifest: Manifest,
    listings: Sequence[ListingPrediction],
    photos: Sequence[PhotoPrediction],
    plan: RobustnessPlan,
    *,
    threads: int,
    console: Console,
) -> Robustness:
    """Evaluates listings drawn from these predictions again under each change, `threads` listings at once."""
    copies = find_copies(manifest, photos)
    drawn = _draw(listings, photos, plan)
    predictions = _predict_all(detector, copies, drawn, plan.changes, threads, console)
    own = {change: [a for a in predictions if a.change == change.code] for change in plan.changes}
    with console.status("measuring changed copies …"):
        figures = tuple(measure_change(change.code, found) for change, found in own.items() if found)
    return Robustness(
        plan=plan,
        copies=copies,
        drawn=drawn,
        total=len(listings),
        boxed=sum(all(is_placed(manifest.rows[row]) for row in one.rows) for one in drawn),
        predictions=tuple(prediction for found in own.values() for prediction in found),
        figures=figures,
    )


def draw_listings(strata: Mapping[str, tuple[str, str]], n: int, seed: int) -> frozenset[str]:
    """`n` of the listings, or all where there are fewer, in proportion to their strata (label, product).

    Each stratum gets one if `n` allows it. The draw depends on the names and `seed` alone.
    """
    queues: dict[tuple[str, str], list[str]] = {}
    for name in sorted(strata, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest()):
        queues.setdefault(strata[name], []).append(name)
    drawn = dict.fromkeys(sorted(queues), 0)
    for _ in range(min(n, len(strata))):  # one by one to the stratum furthest below its share (Sainte-Laguë)
        unfinished = [s for s in drawn if drawn[s] < len(queues[s])]
        lacking = max(unfinished, key=lambda s: (drawn[s] == 0, len(queues[s]) / (2 * drawn[s] + 1)))
        drawn[lacking] += 1
    return frozenset(name for stratum, taken in drawn.items() for name in queues[stratum][:taken])


def _draw(
    listings: Sequence[ListingPrediction], photos: Sequence[PhotoPrediction], plan: RobustnessPlan
) -> tuple[Drawn, ...]:
    rows: dict[str, list[int]] = {}
    for photo in photos:
        rows.setdefault(photo.listing, []).append(photo.row)
    chosen = draw_listings({a.listing: (a.label, a.product) for a in listings}, plan.listings, plan.seed)
    return tuple(Drawn(prediction=a, rows=tuple(rows[a.listing])) for a in listings if a.listing in chosen)


def _predict_all(
    detector: Detector,
    copies: Copies,
    drawn: Sequence[Drawn],
    changes: Sequence[Change],
    threads: int,
    console: Console,
) -> list[ChangedPrediction]:
    predictions: list[ChangedPrediction] = []
    asked = [(one, tuple(change for change in changes if copies.can_make(change, one.rows))) for one in drawn]
    asked = [(one, possible) for one, possible in asked if possible]
    total = sum(len(one.rows) * len(possible) for one, possible in asked)
    with photo_progress("changed copies", total, console) as done, ThreadPoolExecutor(max(1, threads)) as pool:
        try:
            for found in pool.map(lambda pair: _predict_listing(detector, copies, *pair), asked):
                done(sum(prediction.before.photo_count for prediction in found))
                predictions += found
        except BaseException:  # Ctrl-C too: queued listings are dropped
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return predictions


def _predict_listing(
    detector: Detector, copies: Copies, one: Drawn, changes: Sequence[Change]
) -> list[ChangedPrediction]:
    judgements: dict[str, list[PhotoJudgement]] = {change.code: [] for change in changes}
    for place, row in enumerate(one.rows):  # photo by photo: each is decoded once, and only one is held
        for change, copy in zip(changes, copies.make(changes, row), strict=True):
            judgements[change.code].append(
                replace(detector.judge_photo(copy, place, with_hash=len(one.rows) > 1), evidence=None)
            )
    return [
        ChangedPrediction(
            change=code, before=one.prediction, after=decide_rows(detector, copies.manifest, one.rows, of_change)[0]
        )
        for code, of_change in judgements.items()
    ]
