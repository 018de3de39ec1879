"""Which calibrator turns a listing's logit into the better probability: temperature, Platt, beta or isotonic.

    python -m benchmarks.detection.calibrators RUN [--manifest MANIFEST] [--fit-listings 112] [--seed 0]

RUN keeps what its networks said of listings that they never saw: of each fold in `folds/*/report_logits.csv`, or of
what only reports in `report_logits.csv`. Every calibrator is fitted on the listings of the other folds, and judged on
the fold left out; without folds, listings are dealt into five, a seller's together. `--fit-listings` fits on so many
drawn listings only, as a run does that holds few out; `--counterfeit-share 0.1` thins the counterfeits out, as a
marketplace does. Differences are paired, to the first row, which is what bundles had before this comparison.

`photo count`: a curve for each bucket of photo counts; `one photo apart`: one for single photos, fitted on every
listing cut to one photo, and one for all else; `all`: one curve. Bundles have Platt, one photo apart.
Parametric calibrators learn Platt's targets; isotonic answers are kept within [1 / (n- + 2), (n+ + 1) / (n+ + 2)].
Beta: Kull, Silva Filho and Flach 2017, with both slopes at least 0.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from training.calibration.held_out import CalibrationSet
from training.calibration.logit_files import TEST_LOGITS, read_fold_logits, read_test_logits
from training.calibration.thresholds import fit_calibration, platt_targets
from training.data.splits import group_folds
from training.runs.data import read_data_of_run
from training.runs.folder import FOLDS_FOLDER
from training.statistics import scores as metrics
from training.statistics.bootstrap import paired_bootstrap
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line

Curve = Callable[[FloatArray], FloatArray]  # logit [N] -> authenticity [N]
Calibrator = Callable[[FloatArray, BoolArray], Curve]
Group: TypeAlias = "tuple[int, Answers]"  # from so many photos on, what the curve is fitted on

BASELINE = "temperature, photo count"
PARTS = (("all", 1, 12), ("1 photo", 1, 1), ("2", 2, 2), ("3-4", 3, 4), ("5-12", 5, 12))
ROUNDS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Listings that the networks never saw: logits of all photos and of one, label and so on, [N] each."""

    logit: FloatArray
    one_photo_logit: FloatArray
    genuine: BoolArray
    product: NDArray[np.str_]
    photos: NDArray[np.int64]
    fold: NDArray[np.int64]

    def only(self, kept: NDArray[Any]) -> Answers:
        return Answers(**{field.name: getattr(self, field.name)[kept] for field in fields(self)})

    def cut_to_one_photo(self) -> Answers:
        """Every listing by one of its photos."""
        return replace(self, logit=self.one_photo_logit, photos=np.ones_like(self.photos))


def main() -> None:
    """Print a table of all listings, and one for each number of photos."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--manifest", type=Path, help="where the run's manifest lies now; by default where it lay")
    parser.add_argument("--fit-listings", type=int, help="fit on so many listings; by default on all other folds'")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the draw of --fit-listings, and of folds that are dealt"
    )
    parser.add_argument("--counterfeit-share", type=float, help="leave out listings until counterfeits have this share")
    arguments = parser.parse_args()
    answers = read_listings(arguments.run, arguments.manifest, seed=arguments.seed)
    if arguments.counterfeit_share:
        answers = thin_out(answers, arguments.counterfeit_share, seed=arguments.seed)
    console = Console(width=164)
    said = cross_fit_all(answers, answers, most=arguments.fit_listings, seed=arguments.seed)
    for name, low, high in PARTS:
        part = (answers.photos >= low) & (answers.photos <= high)
        if part.any():
            console.print(table(name, answers.genuine[part], {key: p[part] for key, p in said.items()}))
    said = cross_fit_all(answers, answers.cut_to_one_photo(), most=arguments.fit_listings, seed=arguments.seed)
    console.print(table("each cut to one photo", answers.genuine, said))


def thin_out(answers: Answers, share: float, *, seed: int) -> Answers:
    """The answers without so many listings of the label that is too frequent that counterfeits have that share."""
    genuine, counterfeit = np.flatnonzero(answers.genuine), np.flatnonzero(~answers.genuine)
    n_genuine, n_counterfeit = len(genuine), round(share / (1 - share) * len(genuine))
    if n_counterfeit > len(counterfeit):
        n_genuine, n_counterfeit = round((1 - share) / share * len(counterfeit)), len(counterfeit)
    rng = np.random.default_rng(seed)
    kept = [rng.choice(genuine, n_genuine, replace=False), rng.choice(counterfeit, n_counterfeit, replace=False)]
    return answers.only(np.sort(np.concatenate(kept)))


def read_listings(run: Path, manifest: Path | None, *, seed: int) -> Answers:
    """The run's own answers, joined to listings as calibration joins them."""
    data = read_data_of_run(run, Console(stderr=True), manifest=manifest)
    files = {int(file.parent.name): file for file in run.glob(f"{FOLDS_FOLDER}/*/{TEST_LOGITS}")}
    if files:
        held_out = read_fold_logits(data, files)
        fold_of_row = {row: data.rows[row].fold or 0 for row in held_out.rows}
    else:
        held_out = read_test_logits(data, run / TEST_LOGITS)
        folds = group_folds(data, held_out.rows, k=5, seed=seed)
        fold_of_row = {row: k for k, (_, left_out) in enumerate(folds) for row in left_out}
    return _answers(held_out, {data.rows[row].listing: fold for row, fold in fold_of_row.items()})


def _answers(held_out: CalibrationSet, fold_of: dict[str, int]) -> Answers:
    listings = held_out.listings()
    return Answers(
        logit=np.array([listing.logit for listing in listings]),
        one_photo_logit=np.array([listing.one_photo_logit for listing in listings]),
        genuine=np.array([listing.genuine for listing in listings]),
        product=np.array([listing.product for listing in listings]),
        photos=np.array([listing.photos for listing in listings], np.int64),
        fold=np.array([fold_of[listing.name] for listing in listings], np.int64),
    )


def cross_fit_all(fitted: Answers, asked: Answers, *, most: int | None, seed: int) -> dict[str, FloatArray]:
    """The authenticity [N] of each listing as asked, by each calibrator, fitted on the other folds."""
    said = {name: np.full(len(asked.logit), np.nan) for name in CALIBRATORS}
    for fold in np.unique(fitted.fold):
        known = np.flatnonzero(fitted.fold != fold)
        if most is not None and most < len(known):
            known = np.random.default_rng([seed, int(fold)]).choice(known, most, replace=False)
        judged = asked.fold == fold
        for name, (fit, group) in CALIBRATORS.items():
            said[name][judged] = answer(fit, group(fitted.only(known)), asked.only(judged))
    return said


def answer(fit: Calibrator, groups: Sequence[Group], asked: Answers) -> FloatArray:
    """The authenticity of what is asked: of the groups that a listing's photos reach, the last one's curve."""
    said = np.full(len(asked.logit), np.nan)
    for min_photos, known in groups:
        reached = asked.photos >= min_photos
        if reached.any():
            said[reached] = fit(known.logit, known.genuine)(asked.logit[reached])
    return said


def all_together(known: Answers) -> list[Group]:
    """One curve, whatever the number of photos."""
    return [(1, known)]


def by_photo_count(known: Answers) -> list[Group]:
    """A curve for 1, 2, 3-4, 5 and more photos; buckets without 40 listings and 10 of each label join the next."""
    groups: list[Group] = []
    low = 1
    for high in (2, 3, 5, MAX_PHOTOS + 1):
        bucket = known.only((known.photos >= low) & (known.photos < high))
        if len(bucket.logit) >= 40 and min(bucket.genuine.sum(), (~bucket.genuine).sum()) >= 10:
            groups.append((low, bucket))
            low = high
    if not groups:
        return all_together(known)
    last = groups[-1][0]
    return [*groups[:-1], (last, known.only(known.photos >= last))]  # what is left over joins the last bucket


def one_photo_apart(known: Answers) -> list[Group]:
    """One curve for all, and one for single photos, fitted on every listing cut to one of its photos."""
    return [(1, known.cut_to_one_photo()), (2, known)]


def temperature(logit: FloatArray, genuine: BoolArray) -> Curve:
    """One slope, without an intercept (Guo et al. 2017)."""
    scale = _scale(logit)
    target, unit = platt_targets(genuine), logit / scale

    def loss(log_slope: float) -> float:
        z = np.exp(log_slope) * unit
        return float(np.mean(np.logaddexp(0, z) - target * z))

    found = minimize_scalar(loss, bounds=(np.log(1e-3), np.log(1e3)), method="bounded", options={"xatol": 1e-8})
    return lambda asked: expit(np.exp(found.x) * asked / scale)


def platt(logit: FloatArray, genuine: BoolArray) -> Curve:
    """Slope and intercept: what bundles have."""
    fitted = fit_calibration(logit, genuine)
    return lambda asked: expit(fitted.slope * asked + fitted.intercept)


def beta(logit: FloatArray, genuine: BoolArray) -> Curve:
    """sigmoid(a ln p - b ln(1 - p) + c) with p = sigmoid(logit in units of its root mean square)."""
    scale = _scale(logit)
    weight = _fit_logistic(_beta_features(logit / scale), genuine)
    return lambda asked: expit(_beta_features(asked / scale) @ weight)


def isotonic(logit: FloatArray, genuine: BoolArray) -> Curve:
    """The best rising staircase, no surer than its listings (a share of 0 or 1 would cost infinite log loss)."""
    n_genuine, n_counterfeit = int(genuine.sum()), int((~genuine).sum())
    low, high = 1 / (n_counterfeit + 2), (n_genuine + 1) / (n_genuine + 2)
    stairs = IsotonicRegression(y_min=low, y_max=high, out_of_bounds="clip").fit(logit, genuine.astype(float))
    return lambda asked: np.asarray(stairs.predict(asked), np.float64)


CALIBRATORS: dict[str, tuple[Calibrator, Callable[[Answers], list[Group]]]] = {
    f"{name}, {grouped}": (fit, group)
    for grouped, group in (("photo count", by_photo_count), ("one photo apart", one_photo_apart), ("all", all_together))
    for name, fit in (("temperature", temperature), ("Platt", platt), ("beta", beta), ("isotonic", isotonic))
}


def _beta_features(logit: FloatArray) -> FloatArray:
    """ln p, -ln(1 - p) and 1: float64 [N, 3]."""
    return np.column_stack([-np.logaddexp(0, -logit), np.logaddexp(0, logit), np.ones(len(logit))])


def _fit_logistic(x: FloatArray, genuine: BoolArray) -> FloatArray:
    """Weights of least log loss on Platt's targets, at least 0 but for the last: float64 [F] for x [N, F]."""
    target = platt_targets(genuine)

    def loss(weight: FloatArray) -> tuple[float, FloatArray]:
        z = x @ weight
        return float(np.mean(np.logaddexp(0, z) - target * z)), (expit(z) - target) @ x / len(z)

    bounds = [(0.0, None)] * (x.shape[1] - 1) + [(None, None)]
    start = np.append(np.ones(x.shape[1] - 1), 0.0)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-9})
    return np.asarray(found.x, np.float64)


def log_loss_weighted(genuine: BoolArray, p: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean of -ln of the probability that was given to what is true, for each row of weights [R, N]: [R]."""
    said = np.where(genuine, p, 1 - p)
    return np.asarray(weight @ -np.log(np.maximum(said, 1e-15)) / weight.sum(axis=1), np.float64)


FIGURES: tuple[tuple[str, WeightedFigure], ...] = (
    ("log loss", log_loss_weighted),
    ("Brier", metrics.brier_weighted),
    ("ECE", metrics.ece_weighted()),
)


def table(name: str, genuine: BoolArray, said: dict[str, FloatArray]) -> Table:
    """A row a calibrator: its figures, and what each is more or less than the first's, with the paired interval."""
    made = Table(title=f"{name}: {int(genuine.sum())} genuine, {int((~genuine).sum())} counterfeit listings")
    made.add_column("calibrator", no_wrap=True)
    for figure, _ in FIGURES:
        made.add_column(figure)
        made.add_column("less the first's [95 %]", no_wrap=True)
    made.add_column("ECE by chance")
    for key, p in said.items():
        cells = [cell for _, figure in FIGURES for cell in _cells(figure, genuine, said[BASELINE], p)]
        made.add_row(key, *cells, f"{metrics.ece_if_perfect(p):.3f}")
    return made


def _cells(figure: WeightedFigure, genuine: BoolArray, baseline: FloatArray, p: FloatArray) -> tuple[str, str]:
    value = float(figure(genuine, p, np.ones((1, len(p))))[0])
    found = paired_bootstrap(figure, genuine, baseline, p, rounds=ROUNDS)
    return f"{value:.4f}", "" if p is baseline else f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def _scale(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) or 1.0


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
