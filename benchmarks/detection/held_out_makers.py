"""The frozen recipe's AUROC on each counterfeit maker when it is held out from training, and when it is not.

    python -m benchmarks.detection.held_out_makers configs/hair-dryers.toml [--set model.head=linear]

Every maker is held out from training once. Its test listings are then ranked against all genuine test listings, by
their logits. Features are computed once, so all fits together take a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.detection.options import add_config_options, make_parser
from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest, read_manifest
from training.data.splits import assign_roles
from training.pipeline.config import TrainConfig
from training.recipes.frozen_recipe import FrozenRecipe
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.scores import auroc_weighted, tpr_at_fpr
from vision.cli.refusals import refusals_in_one_line
from vision.config.read import read_config
from vision.verdict import counted_photos, listing_logit


def main() -> None:
    """Print a line a maker."""
    parser = make_parser(__doc__)
    add_config_options(parser)
    arguments = parser.parse_args()
    config = read_config(TrainConfig, arguments.config, [*arguments.overrides, "model.recipe=frozen"])
    manifest = read_manifest(config.data.manifest).labelled()
    data = config.data
    roles = assign_roles(manifest, stop_share=data.stop_share, calibrate_share=data.calibrate_share, seed=data.seed)
    learned = (*roles.fit, *roles.stop)
    recipe = FrozenRecipe(
        manifest=manifest, config=config.recipe, console=Console(stderr=True), foreground_rows=learned
    )
    shown = predict(recipe, manifest, learned, roles.report)
    print("maker: trained on; held out [95 % interval]; TPR at 5 % FPR when held out")
    for maker in sorted({row.maker for row in manifest.rows if row.maker}):
        kept = [row for row in learned if manifest.rows[row].maker != maker]
        held_out = predict(recipe, manifest, kept, roles.report)
        print(f"{maker}: {figures(shown, maker)[0]:.3f}; {figures(held_out, maker)[1]}")


def predict(
    recipe: FrozenRecipe, manifest: Manifest, fit: Sequence[int], report: Sequence[int]
) -> dict[str, tuple[str | None, float]]:
    """Each test listing's maker, None for genuine, and its logit as in a verdict."""
    outputs = recipe.predict(recipe.fit(fit, (), Path()), report)
    outcome = CalibrationSet(manifest=manifest, rows=tuple(report), outputs=outputs, source="held_out")
    return {
        manifest.rows[rows[0]].listing: (manifest.rows[rows[0]].maker, listing_logit(counted_photos(judgements)))
        for rows, judgements in outcome.listing_judgements()
    }


def figures(listings: dict[str, tuple[str | None, float]], maker: str) -> tuple[float, str]:
    """The maker's AUROC against all genuine listings, and its line with the interval and the TPR."""
    own = [entry for entry in listings.values() if entry[0] in (None, maker)]
    counterfeit = np.array([entry[0] == maker for entry in own])
    suspicion = -np.array([entry[1] for entry in own])
    auroc = bootstrap_estimate(auroc_weighted, counterfeit, suspicion)
    found = tpr_at_fpr(counterfeit, suspicion, 0.05)
    return auroc.value, f"{auroc.value:.3f} [{auroc.low:.3f}, {auroc.high:.3f}]; {found:.2f}"


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
