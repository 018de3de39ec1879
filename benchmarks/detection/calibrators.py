"""Compares calibrators of a listing's logit: temperature, Platt, beta and isotonic.

    python -m benchmarks.detection.calibrators RUN [--manifest MANIFEST] [--fit-listings 112] [--seed 0]

RUN keeps held-out logits: of each fold in `folds/*/report_logits.csv`, or of the test set in `report_logits.csv`. Every
calibrator is fitted on the listings of the other folds and evaluated on the held-out fold; without folds, listings are
dealt into five, a seller's together. `--fit-listings` fits on this number of drawn listings only, as a run with few
held-out listings does; `--counterfeit-share 0.1` thins the counterfeits out, as on a marketplace. Differences are
paired, to the first row, which is what bundles had before this comparison.

`photo count`: a curve for each bucket of photo counts; `one photo apart`: one for single photos, fitted on every
listing cut to one photo, and one for all else; `all`: one curve. Bundles have Platt, one photo apart.
Parametric calibrators have Platt's targets; isotonic predictions are kept within [1 / (n- + 2), (n+ + 1) / (n+ + 2)].
Beta: Kull, Silva Filho and Flach 2017, with both slopes nonnegative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from benchmarks.detection.held_out_listings import PHOTO_COUNTS, HeldOutListings, read_listings
from benchmarks.detection.options import add_cross_fit_options, add_run_options, make_parser
from training.calibration.thresholds import fit_calibration, platt_targets
from training.statistics import scores as metrics
from training.statistics.bootstrap import paired_bootstrap
from training.statistics.scores import BoolArray, FloatArray, WeightedFigure
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line

Curve = Callable[[FloatArray], FloatArray]  # logit [N] -> authenticity [N]
Calibrator = Callable[[FloatArray, BoolArray], Curve]
Group: TypeAlias = "tuple[int, HeldOutListings]"  # smallest number of photos, what the curve is fitted on

BASELINE = "temperature, photo count"
ROUNDS = 2000


def main() -> None:
    """Print a table of all listings, and one for each number of photos."""
    parser = make_parser(__doc__)
    add_run_options(parser)
    add_cross_fit_options(parser)
    parser.add_argument("--counterfeit-share", type=float, help="drop listings until counterfeits have this share")
    arguments = parser.parse_args()
    listings = read_listings(arguments.run, arguments.manifest, seed=arguments.seed)
    if arguments.counterfeit_share:
        listings = thin_out(listings, arguments.counterfeit_share, seed=arguments.seed)
    console = Console(width=164)
    found = cross_fit_all(listings, listings, limit=arguments.fit_listings, seed=arguments.seed)
    for name, low, high in PHOTO_COUNTS:
        part = (listings.photos >= low) & (listings.photos <= high)
        if part.any():
            console.print(table(name, listings.genuine[part], {key: p[part] for key, p in found.items()}))
    found = cross_fit_all(listings, listings.cut_to_one_photo(), limit=arguments.fit_listings, seed=arguments.seed)
    console.print(table("each cut to one photo", listings.genuine, found))


def thin_out(listings: HeldOutListings, share: float, *, seed: int) -> HeldOutListings:
    """The listings without so many of the too frequent label that counterfeits have that share."""
    genuine, counterfeit = np.flatnonzero(listings.genuine), np.flatnonzero(~listings.genuine)
    n_genuine, n_counterfeit = len(genuine), round(share / (1 - share) * len(genuine))
    if n_counterfeit > len(counterfeit):
        n_genuine, n_counterfeit = round((1 - share) / share * len(counterfeit)), len(counterfeit)
    rng = np.random.default_rng(seed)
    kept = [rng.choice(genuine, n_genuine, replace=False), rng.choice(counterfeit, n_counterfeit, replace=False)]
    return listings.only(np.sort(np.concatenate(kept)))


def cross_fit_all(
    fitted: HeldOutListings, asked: HeldOutListings, *, limit: int | None, seed: int
) -> dict[str, FloatArray]:
    """The authenticity [N] of each listing of `asked`, by each calibrator, fitted on the other folds of `fitted`."""
    authenticity = {name: np.full(len(asked.logit), np.nan) for name in CALIBRATORS}
    for known, held_out in fitted.cross_fits(limit=limit, seed=seed):
        for name, (fit, group) in CALIBRATORS.items():
            authenticity[name][held_out] = predict(fit, group(known), asked.only(held_out))
    return authenticity


def predict(fit: Calibrator, groups: Sequence[Group], asked: HeldOutListings) -> FloatArray:
    """The authenticity of each listing, by the curve of the last group that its number of photos reaches."""
    authenticity = np.full(len(asked.logit), np.nan)
    for min_photos, known in groups:
        reached = asked.photos >= min_photos
        if reached.any():
            authenticity[reached] = fit(known.logit, known.genuine)(asked.logit[reached])
    return authenticity


def all_together(known: HeldOutListings) -> list[Group]:
    """One curve, whatever the number of photos."""
    return [(1, known)]


def by_photo_count(known: HeldOutListings) -> list[Group]:
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
    return [*groups[:-1], (last, known.only(known.photos >= last))]  # the rest joins the last bucket


def one_photo_apart(known: HeldOutListings) -> list[Group]:
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
    """Slope and intercept, as bundles have."""
    fitted = fit_calibration(logit, genuine)
    return lambda asked: expit(fitted.slope * asked + fitted.intercept)


def beta(logit: FloatArray, genuine: BoolArray) -> Curve:
    """sigmoid(a ln p - b ln(1 - p) + c) with p = sigmoid(logit in units of its root mean square)."""
    scale = _scale(logit)
    weight = _fit_logistic(_beta_features(logit / scale), genuine)
    return lambda asked: expit(_beta_features(asked / scale) @ weight)


def isotonic(logit: FloatArray, genuine: BoolArray) -> Curve:
    """The best rising staircase, kept inside (0, 1), since a share of 0 or 1 would cost infinite log loss."""
    n_genuine, n_counterfeit = int(genuine.sum()), int((~genuine).sum())
    low, high = 1 / (n_counterfeit + 2), (n_genuine + 1) / (n_genuine + 2)
    stairs = IsotonicRegression(y_min=low, y_max=high, out_of_bounds="clip").fit(logit, genuine.astype(float))
    return lambda asked: np.asarray(stairs.predict(asked), np.float64)


CALIBRATORS: dict[str, tuple[Calibrator, Callable[[HeldOutListings], list[Group]]]] = {
    f"{name}, {grouped}": (fit, group)
    for grouped, group in (("photo count", by_photo_count), ("one photo apart", one_photo_apart), ("all", all_together))
    for name, fit in (("temperature", temperature), ("Platt", platt), ("beta", beta), ("isotonic", isotonic))
}


def _beta_features(logit: FloatArray) -> FloatArray:
    """ln p, -ln(1 - p) and 1: float64 [N, 3]."""
    return np.column_stack([-np.logaddexp(0, -logit), np.logaddexp(0, logit), np.ones(len(logit))])


def _fit_logistic(x: FloatArray, genuine: BoolArray) -> FloatArray:
    """Weights of minimal log loss on Platt's targets, nonnegative except the last: float64 [F] for x [N, F]."""
    target = platt_targets(genuine)

    def loss(weight: FloatArray) -> tuple[float, FloatArray]:
        z = x @ weight
        return float(np.mean(np.logaddexp(0, z) - target * z)), (expit(z) - target) @ x / len(z)

    bounds = [(0.0, None)] * (x.shape[1] - 1) + [(None, None)]
    start = np.append(np.ones(x.shape[1] - 1), 0.0)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-9})
    return np.asarray(found.x, np.float64)


def log_loss_weighted(genuine: BoolArray, p: FloatArray, weight: FloatArray) -> FloatArray:
    """Mean of -ln of the probability of the true label, for each row of weights [R, N]: [R]."""
    p_true = np.where(genuine, p, 1 - p)
    return np.asarray(weight @ -np.log(np.maximum(p_true, 1e-15)) / weight.sum(axis=1), np.float64)


FIGURES: tuple[tuple[str, WeightedFigure], ...] = (
    ("log loss", log_loss_weighted),
    ("Brier", metrics.brier_weighted),
    ("ECE", metrics.ece_weighted()),
)


def table(name: str, genuine: BoolArray, authenticity: dict[str, FloatArray]) -> Table:
    """A row a calibrator: its figures, and their paired differences from the first's."""
    made = Table(title=f"{name}: {int(genuine.sum())} genuine, {int((~genuine).sum())} counterfeit listings")
    made.add_column("calibrator", no_wrap=True)
    for figure, _ in FIGURES:
        made.add_column(figure)
        made.add_column("minus the first's [95 %]", no_wrap=True)
    made.add_column("ECE by chance")
    for key, p in authenticity.items():
        cells = [cell for _, figure in FIGURES for cell in _cells(figure, genuine, authenticity[BASELINE], p)]
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
