"""How the calibration error depends on the number of listings that the calibration is fitted on.

    python -m benchmarks.detection.calibration_size PREDICTIONS [--test-listings 150] [--draws 400] [--seed 0]

PREDICTIONS is a table of held-out predictions, such as docs/results/sneakers.csv. Each draw takes test listings and, of
the others, so many to calibrate on; both keep the shares of the labels. Each calibrator is fitted on the latter and
measured on the former. The scores to be calibrated are the logits of the table's authenticities: calibrated before,
fold by fold, they still rank as the networks do. "By chance" is the share of draws whose ECE is above the 95th
percentile that perfect answers would reach: 5 % for a perfect calibration.

The listings are the same in every draw, so the spread over draws is that of the split, not that of other listings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize
from scipy.special import expit, logit

from benchmarks.detection.calibrators import Calibrator, Curve, log_loss_weighted, platt, temperature
from benchmarks.detection.options import make_parser
from training.evaluation.predictions import read_predictions
from training.statistics.scores import BoolArray, FloatArray, ece, ece_if_perfect, point_value
from vision.cli.refusals import refusals_in_one_line

SIZES: Final = (50, 100, 150, 300, 580)
_CHANCE_ROUNDS: Final = 200
_NEAREST: Final = 1e-6  # to 0 and 1: the table has six decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFigures:
    """Over all draws: the median and 95th percentile of ECE, the mean log loss, and the share beyond chance."""

    listings: int
    calibrator: str
    ece_median: float
    ece_95th: float
    log_loss: float
    beyond_chance: float


def main() -> None:
    """Print a row for each number of listings and calibrator."""
    parser = make_parser(__doc__)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--test-listings", type=int, default=150)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    score, genuine = read_scores(arguments.predictions)
    room = len(score) - arguments.test_listings
    sizes = [size for size in SIZES if size <= room]
    found = measure_sizes(
        score, genuine, sizes, test_listings=arguments.test_listings, draws=arguments.draws, seed=arguments.seed
    )
    table = Table(title=f"{arguments.test_listings} test listings, {arguments.draws} draws of {len(score)} listings")
    for column in ("calibrated on", "calibrator", "ECE, median", "ECE, 95th", "log loss", "beyond chance"):
        table.add_column(column, no_wrap=True)
    for one in found:
        values = (one.ece_median, one.ece_95th, one.log_loss)
        numbers = (f"{value:.3f}" for value in values)
        table.add_row(str(one.listings), one.calibrator, *numbers, f"{one.beyond_chance:.0%}")
    Console(width=100).print(table)


def read_scores(file: Path) -> tuple[FloatArray, BoolArray]:
    """The score [N] and whether genuine [N] of each listing with an authenticity."""
    listings = [one for one in read_predictions(file).listings if one.authenticity is not None]
    authenticity = np.array([one.authenticity for one in listings], np.float64)
    genuine = np.array([one.label == "genuine" for one in listings], np.bool_)
    return np.asarray(logit(authenticity.clip(_NEAREST, 1 - _NEAREST)), np.float64), genuine


def plain_platt(score: FloatArray, genuine: BoolArray) -> Curve:
    """Slope and intercept on the labels themselves, without Platt's smoothed targets."""

    def loss(weight: FloatArray) -> tuple[float, FloatArray]:
        z = weight[0] * score + weight[1]
        excess = expit(z) - genuine
        return float(np.mean(np.logaddexp(0, z) - genuine * z)), np.array([np.mean(excess * score), np.mean(excess)])

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return lambda asked: expit(slope * asked + intercept)


COMPARED: Final[Mapping[str, Calibrator]] = MappingProxyType(
    {"Platt, as in bundles": platt, "Platt, plain targets": plain_platt, "temperature": temperature}
)


def measure_sizes(
    score: FloatArray, genuine: BoolArray, sizes: Sequence[int], *, test_listings: int, draws: int, seed: int
) -> list[SizeFigures]:
    """The figures of every calibrator for every number of listings; the draws are the same for all calibrators."""
    figures = []
    for size in sizes:
        splits = list(draw_splits(genuine, size, test_listings, draws=draws, seed=seed))
        for name, fit in COMPARED.items():
            answers = [fit(score[known], genuine[known])(score[asked]) for known, asked in splits]
            truths = [genuine[asked] for _, asked in splits]
            pairs = list(zip(truths, answers, strict=True))
            errors = np.array([ece(truth, answer) for truth, answer in pairs])
            by_chance = np.array([ece_if_perfect(answer, rounds=_CHANCE_ROUNDS) for answer in answers])
            figures.append(
                SizeFigures(
                    listings=size,
                    calibrator=name,
                    ece_median=float(np.median(errors)),
                    ece_95th=float(np.percentile(errors, 95)),
                    log_loss=float(np.mean([point_value(log_loss_weighted, *pair) for pair in pairs])),
                    beyond_chance=float(np.mean(errors > by_chance)),
                )
            )
    return figures


def draw_splits(
    genuine: BoolArray, size: int, test_listings: int, *, draws: int, seed: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Indices to calibrate on and to test on, apart, each with the shares of the labels of all listings."""
    rng = np.random.default_rng([seed, size])
    labels = [np.flatnonzero(genuine), np.flatnonzero(~genuine)]
    for _ in range(draws):
        known, asked = [], []
        for own in labels:
            shuffled = rng.permutation(own)
            share = len(own) / len(genuine)
            tested = round(share * test_listings)
            asked.append(shuffled[:tested])
            known.append(shuffled[tested : tested + round(share * size)])
        yield np.concatenate(known), np.concatenate(asked)


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
