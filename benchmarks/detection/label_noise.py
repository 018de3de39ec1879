"""The cost of wrong labels for the frozen recipe, and how many of them `touchstone disputed` finds.

    python -m benchmarks.detection.label_noise configs/hair-dryers.toml [--seeds 5] [--set model.head=linear]

0, 5, 10 and 20 % of the training listings get the other label, evenly within each label and product; the test set keeps
its labels. The head is fitted three times: on these labels; without the listings whose label the cross-fits confidently
dispute (trimmed); and with the flips among those corrected, as a person who knows the goods would (reviewed). With
folds and no split, each fold is the test set once. Features are computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.detection.options import add_config_options, make_parser
from training.calibration.config import CalibrationConfig
from training.calibration.fitted import fit_on_held_out
from training.calibration.held_out import CalibrationSet, join_sets
from training.data.load import read_training_data
from training.data.manifest import Manifest
from training.data.splits import Roles, assign_roles, group_folds
from training.evaluation.predictions import ListingPrediction
from training.label_noise.suspects import DisputedLabels, find_disputed, other_label
from training.pipeline.config import TrainConfig
from training.recipes.frozen_recipe import FrozenRecipe
from vision.cli.refusals import refusals_in_one_line
from vision.config.read import read_config
from vision.verdict import counted_photos, listing_logit

SHARES = (0.0, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial: test listing AUROCs, how many flips the list contains, and the estimated share of wrong labels."""

    plain: float
    trimmed: float
    reviewed: float
    flipped: int
    confident: int
    confident_flipped: int
    first_flipped: float  # share of flips among as many of the most disputed listings as were flipped
    estimated: float


def main() -> None:
    """Print a line a share of flipped labels."""
    parser = make_parser(__doc__)
    add_config_options(parser)
    parser.add_argument("--seeds", type=int, default=1, help="draws of the flipped listings for each test set")
    arguments = parser.parse_args()
    config = read_config(TrainConfig, arguments.config, [*arguments.overrides, "model.recipe=frozen"])
    console = Console(stderr=True)
    manifest = read_training_data(config.data, console)
    splits = split_roles(manifest, config)
    recipe = FrozenRecipe(
        manifest=manifest, config=config.recipe, console=console, foreground_rows=splits[0].fit
    )  # one for all splits: it learns where the product is, and no label
    print("flipped: test listing AUROC; trimmed minus that; reviewed minus that [smallest, largest of the trials]")
    for share in SHARES:
        trials = [
            run_trial(recipe, config.calibration, roles, share, seed=seed)
            for roles in splits
            for seed in range(arguments.seeds)
        ]
        print(line(share, trials), flush=True)


def split_roles(manifest: Manifest, config: TrainConfig) -> list[Roles]:
    """The sets of listings as the run would split them, or with each fold as test set once."""
    data = config.data
    folds: list[int | None] = [data.fold]
    if data.fold is None and not any(row.split for row in manifest.rows):
        folds = [*sorted({row.fold for row in manifest.rows if row.fold is not None})] or [None]
    return [
        assign_roles(
            manifest,
            fold=fold,
            stop_share=data.stop_share,
            calibrate_share=data.calibrate_share if any(row.split for row in manifest.rows) else 0.0,
            report_share=data.report_share,
            seed=data.seed,
        )
        for fold in folds
    ]


def run_trial(recipe: FrozenRecipe, calibration: CalibrationConfig, roles: Roles, share: float, *, seed: int) -> Trial:
    """Flip, cross-fit, list disputed labels, and fit on all, without those, and with their flips corrected."""
    fit = (*roles.fit, *roles.stop)
    flipped = draw_flips(recipe.manifest, fit, share, seed=seed)
    noisy = flip(recipe.manifest, flipped)
    noisy_recipe = replace(recipe, manifest=noisy)
    found = find_disputed(cross_fit(noisy_recipe, calibration, fit, seed=seed))
    disputed = {one.prediction.listing for one in found.listings if one.suggested}
    first = [one.prediction.listing for one in found.listings[: len(flipped)]]
    plain = predict(noisy_recipe, fit, roles.report).listing_auroc()
    trimmed = [row for row in fit if noisy.rows[row].listing not in disputed]
    reviewed = replace(recipe, manifest=flip(recipe.manifest, flipped - disputed))
    return Trial(
        plain=plain,
        trimmed=predict(noisy_recipe, trimmed, roles.report).listing_auroc(),
        reviewed=predict(reviewed, fit, roles.report).listing_auroc() if flipped else plain,
        flipped=len(flipped),
        confident=len(disputed),
        confident_flipped=len(disputed & flipped),
        first_flipped=len(flipped.intersection(first)) / len(flipped) if flipped else float("nan"),
        estimated=estimated_share(found),
    )


def draw_flips(manifest: Manifest, rows: Sequence[int], share: float, *, seed: int) -> frozenset[str]:
    """That share of the listings among `rows`, of each label and product alike."""
    strata: dict[tuple[str | None, str], list[str]] = {}
    for listing in dict.fromkeys(manifest.rows[row].listing for row in rows):
        first = manifest.rows[manifest.listings[listing][0]]
        strata.setdefault((first.label, first.product), []).append(listing)
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(names, round(share * len(names)), replace=False).tolist() for names in strata.values()]
    return frozenset(name for names in drawn for name in names)


def flip(manifest: Manifest, listings: frozenset[str]) -> Manifest:
    """The manifest with the other label on these listings."""
    rows = tuple(
        replace(row, label=other_label(row.label)) if row.label and row.listing in listings else row
        for row in manifest.rows
    )
    return replace(manifest, rows=rows)


def predict(recipe: FrozenRecipe, fit: Sequence[int], rows: Sequence[int]) -> CalibrationSet:
    """The outputs for `rows` of a head fitted on `fit`."""
    outputs = recipe.predict(recipe.fit(fit, (), Path()), rows)
    return CalibrationSet(manifest=recipe.manifest, rows=tuple(rows), outputs=outputs, source="out_of_fold")


def cross_fit(
    recipe: FrozenRecipe, calibration: CalibrationConfig, rows: Sequence[int], *, seed: int
) -> list[ListingPrediction]:
    """Cross-fitted predictions of the listings, calibrated on all of them as a run with `out_of_fold` would."""
    folds = group_folds(recipe.manifest, rows, k=calibration.folds, seed=seed)
    outputs = join_sets(recipe.manifest, [predict(recipe, fit, held_out) for fit, held_out in folds], "out_of_fold")
    calibrations = fit_on_held_out(outputs, calibration).listings
    found = []
    for of_listing, judgements in outputs.listing_judgements():
        photos = counted_photos(judgements)
        first = recipe.manifest.rows[of_listing[0]]
        logit = listing_logit(photos)
        reached = [entry for entry in calibrations if entry.min_photos <= len(photos)]
        found.append(
            ListingPrediction(
                listing=first.listing,
                label=first.label or "genuine",
                product=first.product,
                photo_count=len(photos),
                logit=logit,
                authenticity=reached[-1].calibration.authenticity(logit),
                outcome=None,
            )
        )
    return found


def estimated_share(found: DisputedLabels) -> float:
    """The share of wrong labels that the page of disputed labels would estimate, over both labels."""
    total = sum(entry.listings for entry in found.estimates)
    return sum(entry.listings * entry.share.value for entry in found.estimates) / total


def line(share: float, trials: Sequence[Trial]) -> str:
    """One share's figures over its trials."""
    plain = np.array([trial.plain for trial in trials])
    trimmed, reviewed = np.array([t.trimmed for t in trials]), np.array([t.reviewed for t in trials])
    flipped, confident = sum(t.flipped for t in trials), sum(t.confident for t in trials)
    hits = sum(t.confident_flipped for t in trials)
    found = (
        f"; found {hits} of {flipped} (recall {hits / flipped:.2f}) in {confident} suggested (precision "
        f"{hits / confident:.2f}), of as many first ones {np.mean([t.first_flipped for t in trials]):.2f}"
        if flipped and confident
        else f"; {confident} suggested"
    )
    estimated = np.array([trial.estimated for trial in trials])
    return (
        f"{share:.0%}: {spread(plain)}; {spread(trimmed - plain, '+')}; {spread(reviewed - plain, '+')}"
        f"{found}; estimated {estimated.mean():.1%} wrong"
    )


def spread(values: np.ndarray, sign: str = "") -> str:
    """The mean, the smallest and the largest."""
    return f"{values.mean():{sign}.3f} [{values.min():{sign}.3f}, {values.max():{sign}.3f}]"


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
