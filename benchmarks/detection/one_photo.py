"""Error rates of listings of few photos, under the thresholds of all listings and under those of one photo.

    python -m benchmarks.detection.one_photo RUN [--manifest MANIFEST] [--fit-listings 112] [--seed 0]

RUN is read as benchmarks/detection/calibrators.py reads it. Thresholds are fitted on the listings of the other folds,
per product as bundles have them, and applied to the held-out fold: to its listings, by number of photos, and to each of
them cut to one of its photos. Intervals of shares are Wilson's; the difference is a paired bootstrap's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.detection.held_out_listings import PHOTO_COUNTS, HeldOutListings, read_listings
from benchmarks.detection.options import add_cross_fit_options, add_run_options, make_parser
from training.calibration.thresholds import choose_thresholds
from training.html.wording import interval, percent
from training.statistics.bootstrap import paired_bootstrap, weighted_mean
from training.statistics.estimate import proportion
from training.statistics.scores import BoolArray, FloatArray
from vision.bundle.metadata import ANY_PRODUCT, Thresholds
from vision.cli.refusals import refusals_in_one_line

GENUINE, REVIEW, COUNTERFEIT = 1, 0, -1


def main() -> None:
    """Print a row for each number of photos, and two for all listings cut to one photo."""
    parser = make_parser(__doc__)
    add_run_options(parser)
    add_cross_fit_options(parser)
    arguments = parser.parse_args()
    listings = read_listings(arguments.run, arguments.manifest, seed=arguments.seed)
    whole, one_by_all, one_by_own = cross_fit(listings, limit=arguments.fit_listings, seed=arguments.seed)
    table = Table(title=f"{arguments.run}: out of fold, limits 5 %")
    for column in ("listings", "thresholds", "genuine flagged", "counterfeit passed", "decided"):
        table.add_column(column, no_wrap=True)
    for name, low, high in PHOTO_COUNTS:
        part = (listings.photos >= low) & (listings.photos <= high)
        if part.any():
            table.add_row(name, "of all", *_cells(listings.genuine[part], whole[part]))
    table.add_row("each cut to one photo", "of all", *_cells(listings.genuine, one_by_all))
    table.add_row("each cut to one photo", "of one photo", *_cells(listings.genuine, one_by_own))
    console = Console(width=150)
    console.print(table)
    console.print(f"errors when cut to one photo, minus when whole: {_difference(listings.genuine, whole, one_by_all)}")


def cross_fit(listings: HeldOutListings, *, limit: int | None, seed: int) -> tuple[NDArray[np.int64], ...]:
    """Outcomes [N]: whole by the thresholds of all; cut to one photo by those, and by those of one photo."""
    outcomes = tuple(np.zeros(len(listings.logit), np.int64) for _ in range(3))
    for fitted, held_out in listings.cross_fits(limit=limit, seed=seed):
        asked = listings.only(held_out)
        shared = choose_thresholds(fitted.logit, fitted.genuine, list(fitted.product), source="out_of_fold")
        own = choose_thresholds(
            fitted.one_photo_logit, fitted.genuine, list(fitted.product), source="out_of_fold", no_looser_than=shared
        )
        outcomes[0][held_out] = decide(asked.logit, asked.product, shared)
        outcomes[1][held_out] = decide(asked.one_photo_logit, asked.product, shared)
        outcomes[2][held_out] = decide(asked.one_photo_logit, asked.product, own)
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
    found = paired_bootstrap(weighted_mean, genuine, before, after)
    return f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}] per 100 listings"


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
