"""What the frozen recipe makes of each counterfeit maker that it was not shown, beside what it makes of it when shown.

    python -m benchmarks.detection.held_out_makers configs/hair-dryers.toml [--set model.head=linear]

Every maker is left out of training once. Its test listings are then ranked against all genuine test listings, by
their logits. Features are computed once, so all fits together take a minute.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest, read_manifest
from training.data.splits import assign_roles
from training.pipeline.config import TrainConfig
from training.recipes.frozen_recipe import FrozenRecipe
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.scores import auroc, auroc_weighted, tpr_at_fpr
from vision.cli.refusals import refusals_in_one_line
from vision.config.read import read_config
from vision.verdict import distinct_readable, listing_logit


def main() -> None:
    """Print a line a maker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    arguments = parser.parse_args()
    config = read_config(TrainConfig, arguments.config, [*arguments.overrides, "model.recipe=frozen"])
    manifest = read_manifest(config.data.manifest).labelled()
    data = config.data
    roles = assign_roles(manifest, stop_share=data.stop_share, calibrate_share=data.calibrate_share, seed=data.seed)
    recipe = FrozenRecipe(manifest=manifest, config=config.recipe, console=Console(stderr=True))
    shown = judge(recipe, manifest, (*roles.fit, *roles.stop), roles.report)
    print("maker: shown; left out [95 % interval]; found at 5 % FPR when left out")
    for maker in sorted({row.maker for row in manifest.rows if row.maker}):
        kept = [row for row in (*roles.fit, *roles.stop) if manifest.rows[row].maker != maker]
        left_out = judge(recipe, manifest, kept, roles.report)
        print(f"{maker}: {figures(shown, maker)[0]:.3f}; {figures(left_out, maker)[1]}")


def judge(
    recipe: FrozenRecipe, manifest: Manifest, fit: Sequence[int], report: Sequence[int]
) -> dict[str, tuple[str | None, float]]:
    """Each reported listing's maker, None for genuine, and its logit as a verdict takes it."""
    outputs = recipe.predict(recipe.fit(fit, (), Path()), report)
    answers = CalibrationSet(manifest=manifest, rows=tuple(report), outputs=outputs, source="held_out")
    return {
        manifest.rows[rows[0]].listing: (manifest.rows[rows[0]].maker, listing_logit(distinct_readable(judgements)))
        for rows, judgements in answers.listing_judgements()
    }


def figures(listings: dict[str, tuple[str | None, float]], maker: str) -> tuple[float, str]:
    """The maker's AUROC against all genuine listings, and the line that says it with its interval and TPR."""
    own = [entry for entry in listings.values() if entry[0] in (None, maker)]
    counterfeit = np.array([entry[0] == maker for entry in own])
    suspicion = -np.array([entry[1] for entry in own])
    interval = bootstrap_estimate(auroc_weighted, counterfeit, suspicion)
    value = auroc(counterfeit, suspicion)
    found = tpr_at_fpr(counterfeit, suspicion, 0.05)
    return value, f"{value:.3f} [{interval.low:.3f}, {interval.high:.3f}]; {found:.2f}"


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
