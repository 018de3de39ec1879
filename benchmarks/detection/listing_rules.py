"""Compares ways to combine a listing's photo logits with their mean, on held-out listings.

    python -m benchmarks.detection.listing_rules RUN [--manifest MANIFEST]

RUN is the folder of a run with `calibration.source = "fold_runs"`, or of one with a test set. `soft minimum t` is
-log(mean(exp(-t z / s))) with s the photos' standard deviation: the mean for t near 0, the most suspicious photo for a
large t. `learned` is a logistic regression on the mean, the lowest, the highest and the standard deviation of a
listing's logits, the logarithm of their count and the mean times it, fitted on the other folds (five random ones where
there is one fold).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.detection.options import add_run_options, make_parser
from training.calibration.logit_files import TEST_LOGITS, read_test_logits
from training.runs.data import read_data_of_run
from training.runs.folder import FOLDS_FOLDER
from training.statistics.bootstrap import paired_bootstrap
from training.statistics.scores import BoolArray, FloatArray, auroc_weighted
from vision.cli.refusals import refusals_in_one_line
from vision.verdict import counted_photos

Rule = Callable[[NDArray[np.float64]], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """The logits of each listing's distinct photos, whether it is counterfeit [N], and its held-out fold [N]."""

    logits: list[NDArray[np.float64]]
    counterfeit: NDArray[np.bool_]
    fold: NDArray[np.int64]

    def apply(self, rule: Rule) -> NDArray[np.float64]:
        """The rule's logit of each listing, [N]."""
        return np.array([rule(photos) for photos in self.logits])

    def mean_of_folds(self, counterfeit: BoolArray, value: FloatArray, weight: FloatArray) -> FloatArray:
        """The mean of the folds' listing AUROCs, [R] for weights [R, N]."""
        folds = [self.fold == k for k in np.unique(self.fold)]
        each = [auroc_weighted(counterfeit[own], value[own], weight[:, own]) for own in folds]
        return np.asarray(np.mean(each, axis=0))


def read_listings(run: Path, manifest: Path | None) -> Listings:
    """Every listing of a run with a held-out prediction."""
    data = read_data_of_run(run, Console(stderr=True), manifest=manifest)
    files = sorted((run / FOLDS_FOLDER).glob(f"*/{TEST_LOGITS}")) or [run / TEST_LOGITS]
    logits: list[NDArray[np.float64]] = []
    counterfeit: list[bool] = []
    fold: list[int] = []
    for number, file in enumerate(files):
        held_out = read_test_logits(data, file)
        for rows, judgements in held_out.listing_judgements():
            logits.append(np.array([photo.logit for photo in counted_photos(judgements)], np.float64))
            counterfeit.append(data.rows[rows[0]].label == "counterfeit")
            fold.append(number)
    return Listings(logits=logits, counterfeit=np.array(counterfeit), fold=np.array(fold))


def learned(listings: Listings) -> NDArray[np.float64]:
    """The logit [N] of a logistic regression on each listing's logits, fitted on the listings of the other folds."""
    table = np.array([_features(photos) for photos in listings.logits])
    fold = listings.fold
    if len(np.unique(fold)) == 1:
        fold = np.random.default_rng(0).permutation(len(table)) % 5
    logit = np.zeros(len(table))
    for k in np.unique(fold):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
        model.fit(table[fold != k], ~listings.counterfeit[fold != k])
        logit[fold == k] = model.decision_function(table[fold == k])
    return logit


def _features(photos: NDArray[np.float64]) -> tuple[float, ...]:
    mean, count = float(photos.mean()), float(np.log(len(photos)))
    return mean, float(photos.min()), float(photos.max()), float(photos.std()), count, mean * count


def main() -> None:
    """Print each rule's figure, and its paired difference to the mean."""
    parser = make_parser(__doc__)
    add_run_options(parser)
    arguments = parser.parse_args()
    listings = read_listings(arguments.run, arguments.manifest)
    spread = float(np.concatenate(listings.logits).std())

    def soft_minimum(t: float) -> Rule:
        return lambda photos: float(-np.log(np.mean(np.exp(-t * photos / spread))))

    rules: dict[str, Rule] = {
        "median": lambda photos: float(np.median(photos)),
        "lowest": lambda photos: float(photos.min()),
        "highest": lambda photos: float(photos.max()),
    }
    rules |= {f"soft minimum {t:g}": soft_minimum(t) for t in (0.5, 1, 2, 4)}
    logits = {name: listings.apply(rule) for name, rule in rules.items()} | {"learned": learned(listings)}
    mean = listings.apply(lambda photos: float(photos.mean()))
    weight = np.ones((1, len(mean)))
    print(f"{len(mean)} listings; mean: {listings.mean_of_folds(listings.counterfeit, -mean, weight)[0]:.4f}")
    for name, value in logits.items():
        found = paired_bootstrap(listings.mean_of_folds, listings.counterfeit, -mean, -value)
        own = listings.mean_of_folds(listings.counterfeit, -value, weight)[0]
        print(f"{name}: {own:.4f}, minus the mean {found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
