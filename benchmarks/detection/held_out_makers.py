"""A recipe's AUROC on each counterfeit maker when it is held out from training, and when it is not.

    python -m benchmarks.detection.held_out_makers configs/hair-dryers.toml [--set model.recipe=frozen] [--at-once 2]

Every maker is held out from training once, alone or with others. Its test listings are then ranked against all genuine
test listings, by their logits. Frozen features are computed once, so all their fits together take a minute.
Fine-tuning takes a training for each; the logits of finished ones are kept in the run's folder, and a training that was
stopped goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.detection.options import add_config_options, make_parser
from training.calibration.held_out import CalibrationSet
from training.data.manifest import read_manifest
from training.data.splits import assign_roles
from training.pipeline.config import TrainConfig
from training.recipes.recipe import make_recipe
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.scores import auroc_weighted, tpr_at_fpr
from vision.cli.refusals import refusals_in_one_line
from vision.config.read import read_config
from vision.verdict import counted_photos, listing_logit

Logits = dict[str, tuple[str | None, float]]  # of each test listing: its maker, None for genuine, and its logit


def main() -> None:
    """Print a line a maker."""
    parser = make_parser(__doc__)
    add_config_options(parser)
    parser.add_argument("--at-once", type=int, default=1, help="makers that are held out of one training; default 1")
    parser.add_argument("--held-out-only", action="store_true", help="leave out the training with every maker")
    arguments = parser.parse_args()
    config = read_config(TrainConfig, arguments.config, arguments.overrides)
    makers = Makers(config)
    shown = None if arguments.held_out_only else makers.logits_without(())
    print("maker: trained on; held out [95 % interval]; TPR at 5 % FPR when held out")
    found = []
    for at in range(0, len(makers.names), arguments.at_once):
        group = makers.names[at : at + arguments.at_once]
        held_out = makers.logits_without(group)
        for maker in group:
            trained_on = "not measured" if shown is None else f"{figures(shown, maker)[0]:.3f}"
            auroc, tpr, line = figures(held_out, maker)
            found.append((auroc, tpr))
            print(f"{maker}: {trained_on}; {line}", flush=True)
    print(f"mean: AUROC {np.mean([one for one, _ in found]):.3f}, TPR {np.mean([one for _, one in found]):.3f}")


class Makers:
    """The counterfeit makers of a manifest, and trainings without some of them."""

    def __init__(self, config: TrainConfig) -> None:
        data = config.data
        self._config = config
        self._manifest = read_manifest(data.manifest).labelled()
        self._roles = assign_roles(
            self._manifest, stop_share=data.stop_share, calibrate_share=data.calibrate_share, seed=data.seed
        )
        self.names = sorted({row.maker for row in self._manifest.rows if row.maker})

    def logits_without(self, left_out: Sequence[str]) -> Logits:
        """The test listings' logits by a training without photos of these makers; kept in the run's folder."""
        kept = kept_file(self._config, left_out)
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            part.write_text(json.dumps(self._train_and_predict(left_out, kept.parent)))
            part.replace(kept)
        return {listing: (maker, logit) for listing, (maker, logit) in json.loads(kept.read_bytes()).items()}

    def _train_and_predict(self, left_out: Sequence[str], folder: Path) -> Logits:
        rows, roles = self._manifest.rows, self._roles
        fit, stop = ([row for row in part if rows[row].maker not in left_out] for part in (roles.fit, roles.stop))
        recipe = make_recipe(self._manifest, self._config.recipe, Console(stderr=True), foreground_rows=(*fit, *stop))
        outputs = recipe.predict(recipe.fit(fit, stop, folder), roles.report)
        outcome = CalibrationSet(manifest=self._manifest, rows=tuple(roles.report), outputs=outputs, source="held_out")
        return {
            rows[listing[0]].listing: (rows[listing[0]].maker, listing_logit(counted_photos(judgements)))
            for listing, judgements in outcome.listing_judgements()
        }


def kept_file(config: TrainConfig, left_out: Sequence[str]) -> Path:
    """Where logits are kept: in a folder of the run for each choice of makers and each configuration."""
    settings = hashlib.sha256(json.dumps(config.recorded(), sort_keys=True, default=str).encode()).hexdigest()[:12]
    return config.run.folder / "held-out-makers" / settings / ("-".join(left_out) or "none") / "logits.json"


def figures(listings: Logits, maker: str) -> tuple[float, float, str]:
    """The maker's AUROC against all genuine listings, its TPR at 5 % FPR, and both as a line with the interval."""
    own = [entry for entry in listings.values() if entry[0] in (None, maker)]
    counterfeit = np.array([entry[0] == maker for entry in own])
    suspicion = -np.array([entry[1] for entry in own])
    auroc = bootstrap_estimate(auroc_weighted, counterfeit, suspicion)
    found = tpr_at_fpr(counterfeit, suspicion, 0.05)
    return auroc.value, found, f"{auroc.value:.3f} [{auroc.low:.3f}, {auroc.high:.3f}]; {found:.2f}"


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
