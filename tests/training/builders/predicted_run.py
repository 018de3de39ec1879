"""A run over folds with held-out predictions that dispute two labels."""

from __future__ import annotations

from pathlib import Path

from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import write_toy_config
from training.data.manifest import Manifest, read_manifest
from training.evaluation.predictions import ListingPrediction, write_predictions
from training.pipeline.config import TrainConfig
from training.runs.folder import open_run_folder
from vision.config.read import read_config


def predictions_of(manifest: Manifest, *, fold: int | None = None) -> list[ListingPrediction]:
    """Right and fairly sure, but for L00, predicted counterfeit, and L03, predicted genuine."""
    found = []
    for name, rows in manifest.listings.items():
        row = manifest.rows[rows[0]]
        genuine = (row.label == "genuine") != (name in ("L00", "L03"))
        authenticity = (0.9 if genuine else 0.1) if name != "L03" else 0.8
        if fold in (None, row.fold):
            found.append(
                ListingPrediction(
                    listing=name,
                    label=row.label or "genuine",
                    product=row.product,
                    photo_count=len(rows),
                    logit=0.0,
                    authenticity=authenticity,
                    outcome="review",
                    fold=row.fold,
                )
            )
    return found


def write_predicted_run(folder: Path, manifest: Path) -> Path:
    """A run in folder/run, as training leaves it, with a bundle for fold 0 alone."""
    config = read_config(TrainConfig, write_toy_config(folder, manifest))
    read = read_manifest(manifest)
    run = folder / "run"
    open_run_folder(run, config=config.recorded(), data_hash=read.sha256)
    for fold in range(2):
        report = run / "folds" / str(fold) / "report"
        report.mkdir(parents=True)
        write_predictions(report / "answers.csv", predictions_of(read, fold=fold))
    write_tiny_bundle(run / "folds" / "0" / "bundle", products=("toy",))
    return run
