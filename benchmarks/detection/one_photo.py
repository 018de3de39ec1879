"""How often listings of few photos are judged wrongly, by the thresholds of all and by those of one photo.

    python -m benchmarks.detection.one_photo RUN [--manifest MANIFEST] [--fit-listings 112] [--seed 0]

What RUN's networks said of listings that they never saw, as benchmarks/detection/calibrators.py reads it. Thresholds
are fitted on the listings of the other folds, per product as bundles have them, and judge the fold left out: its
listings as they are, by number of photos, and each of them cut to one of its photos. Intervals of shares are Wilson's;
the difference of the same listings is a paired bootstrap's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.detection.calibrators import PARTS, Answers, read_listings
from training.calibration.thresholds import choose_thresholds
from training.html.wording import interval, percent
from training.statistics.bootstrap import paired_bootstrap
from training.statistics.estimate import proportion
from training.statistics.scores import BoolArray, FloatArray
from vision.bundle.metadata import ANY_PRODUCT, Thresholds
from vision.cli.refusals import refusals_in_one_line

GENUINE, REVIEW, COUNTERFEIT = 1, 0, -1


def main() -> None:
    """Print a row for each number of photos, and two for all listings cut to one photo."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--manifest", type=Path, help="where the run's manifest lies now; by default where it lay")
    parser.add_argument("--fit-listings", type=int, help="fit on so many listings; by default on all other folds'")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the draw of --fit-listings, and of folds that are dealt"
    )
    arguments = parser.parse_args()
    answers = read_listings(arguments.run, arguments.manifest, seed=arguments.seed)
    whole, one_by_all, one_by_own = judge(answers, most=arguments.fit_listings, seed=arguments.seed)
    table = Table(title=f"{arguments.run}: out of fold, limits 5 %")
    for column in ("listings", "thresholds", "genuine flagged", "counterfeit passed", "decided"):
        table.add_column(column, no_wrap=True)
    for name, low, high in PARTS:
        part = (answers.photos >= low) & (answers.photos <= high)
        if part.any():
            table.add_row(name, "of all", *_cells(answers.genuine[part], whole[part]))
    table.add_row("each cut to one photo", "of all", *_cells(answers.genuine, one_by_all))
    table.add_row("each cut to one photo", "of one photo", *_cells(answers.genuine, one_by_own))
    console = Console(width=150)
    console.print(table)
    console.print(f"wrong when cut to one photo, less when whole: {_difference(answers.genuine, whole, one_by_all)}")


def judge(answers: Answers, *, most: int | None, seed: int) -> tuple[NDArray[np.int64], ...]:
    """Outcomes [N]: whole by the thresholds of all; cut to one photo by those, and by those of one photo."""
    outcomes = tuple(np.zeros(len(answers.logit), np.int64) for _ in range(3))
    for fold in np.unique(answers.fold):
        known = np.flatnonzero(answers.fold != fold)
        if most is not None and most < len(known):
            known = np.random.default_rng([seed, int(fold)]).choice(known, most, replace=False)
        fitted, left_out = answers.only(known), answers.fold == fold
        asked = answers.only(left_out)
        shared = choose_thresholds(fitted.logit, fitted.genuine, list(fitted.product), source="out_of_fold")
        own = choose_thresholds(
            fitted.one_photo_logit, fitted.genuine, list(fitted.product), source="out_of_fold", no_looser_than=shared
        )
        outcomes[0][left_out] = decide(asked.logit, asked.product, shared)
        outcomes[1][left_out] = decide(asked.one_photo_logit, asked.product, shared)
        outcomes[2][left_out] = decide(asked.one_photo_logit, asked.product, own)
    return outcomes


def decide(logit: FloatArray, product: NDArray[np.str_], thresholds: dict[str, Thresholds]) -> NDArray[np.int64]:
    """GENUINE, REVIEW or COUNTERFEIT for each listing [N]."""
    chosen = [thresholds.get(name, thresholds[ANY_PRODUCT]) for name in product.tolist()]
    below = np.array([one.counterfeit_below for one in chosen])
    above = np.array([one.genuine_above for one in chosen])
    return np.where(logit < below, COUNTERFEIT, np.where(logit > above, GENUINE, REVIEW))


def _cells(genuine: BoolArray, outcome: NDArray[np.int64]) -> tuple[str, ...]:
    flagged = proportion(int((outcome[genuine] == COUNTERFEIT).sum()), int(genuine.sum()))
    passed = proportion(int((outcome[~genuine] == GENUINE).sum()), int((~genuine).sum()))
    decided = proportion(int((outcome != REVIEW).sum()), len(outcome))
    return tuple(f"{one.hits} of {one.n}: {percent(one.value)} ({interval(one)})" for one in (flagged, passed, decided))


def _difference(genuine: BoolArray, whole: NDArray[np.int64], cut: NDArray[np.int64]) -> str:
    wrong = [outcome == np.where(genuine, COUNTERFEIT, GENUINE) for outcome in (whole, cut)]
    before, after = (one.astype(np.float64) for one in wrong)
    found = paired_bootstrap(_mean_weighted, genuine, before, after)
    return f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}] per 100 listings"


def _mean_weighted(_: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
    return np.asarray(weight @ value / weight.sum(axis=1), np.float64)


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
