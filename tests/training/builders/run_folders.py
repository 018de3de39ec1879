"""Run folders as training leaves them, as far as comparing reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from training.comparison.compare import Comparison
from training.comparison.paired import PairedDifference
from training.comparison.run_predictions import RunPredictions
from training.data.manifest import Label
from training.evaluation.predictions import ListingPrediction, write_predictions
from training.runs.facts import RunFacts
from vision.verdict import Outcome

# Two folds whose bundles have scales of their own. Within fold 0 every genuine listing lies above every counterfeit one
# (AUROC 1); within fold 1 three of the four pairs lie so (0.75). Pooled it is 11 of the 16 pairs.
FIRST = {"g0": 0.9, "g1": 0.8, "c0": 0.7, "c1": 0.6, "g2": 0.5, "g3": 0.3, "c2": 0.4, "c3": 0.2}
BETTER = FIRST | {"g3": 0.45}  # fold 1 is separated as well
FOLDS = {"g0": 0, "g1": 0, "c0": 0, "c1": 0, "g2": 1, "g3": 1, "c2": 1, "c3": 1}


def prediction(
    name: str,
    authenticity: float | None,
    *,
    fold: int | None = None,
    outcome: Outcome = "review",
    product: str = "toy",
) -> ListingPrediction:
    """A prediction for a listing whose label its name begins with: g for genuine, c for counterfeit."""
    label: Label = "genuine" if name.startswith("g") else "counterfeit"
    return ListingPrediction(
        listing=name,
        label=label,
        product=product,
        photo_count=2,
        logit=None if authenticity is None else round(authenticity - 0.5, 6),
        authenticity=authenticity,
        outcome=outcome,
        fold=fold,
    )


def write_report(folder: Path, predictions: Sequence[ListingPrediction]) -> Path:
    """A run that reported by itself."""
    (folder / "report").mkdir(parents=True)
    write_predictions(folder / "report" / "answers.csv", predictions)
    return folder


def write_fold_run(folder: Path, authenticity: Mapping[str, float | None], folds: Mapping[str, int] = FOLDS) -> Path:
    """A run whose folds have predictions, each in a folder of its own."""
    for fold in sorted({folds[name] for name in authenticity}):
        own = [prediction(name, p, fold=fold) for name, p in authenticity.items() if folds[name] == fold]
        write_report(folder / "folds" / str(fold), own)
    return folder


def write_record(
    folder: Path, *, data_hash: str = "d" * 64, code_version: str = "0.1.0", **sections: Mapping[str, object]
) -> None:
    """The run.json of a run with these sections of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"data": {"label_kind": "weak"}, **sections}
    record = {"config": config, "data_hash": data_hash, "code_version": code_version}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


def make_run(name: str, authenticity: dict[str, float], folds: dict[str, int] = FOLDS) -> RunPredictions:
    """A run with these authenticities, in memory."""
    predictions = tuple(prediction(key, p, fold=folds.get(key)) for key, p in sorted(authenticity.items()))
    return RunPredictions(name=name, predictions=predictions, has_outcomes=True, facts=RunFacts())


def difference_in(comparison: Comparison, figure: str) -> PairedDifference:
    """The first difference in this figure."""
    (found,) = [one for one in comparison.differences[0].differences if one.figure == figure]
    return found
