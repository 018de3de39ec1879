"""The listings of a run whose label a held-out prediction disputes, most disputed first."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.data.config import DataConfig
from training.data.load import read_training_data
from training.data.manifest import Manifest
from training.data.photo_row import LABELS, Label
from training.errors import RunError
from training.evaluation.predictions import HELD_OUT_PREDICTIONS, ListingPrediction, read_predictions
from training.label_noise.confident_learning import dispute_labels, dispute_order, wrong_label_share
from training.runs.data import data_of_run
from training.runs.folder import FOLDS_FOLDER, RunFolder, read_run_record
from training.statistics.bootstrap import bootstrap_estimate
from training.statistics.estimate import Estimate
from training.statistics.scores import BoolArray, FloatArray
from vision.bundle.metadata import LabelKind

DISPUTED_COLUMNS = ("listing", "product", "label", "authenticity", "rank", "suggested_label", "decision")


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedRun:
    """A run's manifest, the kind of its labels, and its held-out predictions.

    `bundles` names, by listing, the bundle that made the prediction, where it was kept. `changed` is True where the
    manifest has changed since the run read it.
    """

    folder: Path
    manifest: Manifest
    label_kind: LabelKind
    predictions: tuple[ListingPrediction, ...]
    bundles: dict[str, Path]
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedListing:
    """A disputed listing; `rank` counts from 1, `expected` is the mean probability of listings with the other label.

    `suggested` is the other label where the network predicts it with at least that probability, else None.
    """

    rank: int
    prediction: ListingPrediction
    authenticity: float
    expected: float
    suggested: Label | None

    @property
    def p_other(self) -> float:
        """The probability of the label that it was not given."""
        return self.authenticity if self.prediction.label == "counterfeit" else 1 - self.authenticity

    @property
    def why(self) -> str:
        """The probability of the other label, beside its mean over the listings that have it."""
        return f"{self.p_other:.2f} {other_label(self.prediction.label)}, {self.expected:.2f} on average"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLabels:
    """The estimated share of one label's listings whose label is wrong, with its 95 % interval."""

    label: Label
    listings: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedLabels:
    """The most disputed of a run's `disputed` listings, and how many labels of each kind may be wrong."""

    listings: tuple[DisputedListing, ...]
    disputed: int
    estimates: tuple[WrongLabels, ...]
    predicted: int
    without_authenticity: int


def other_label(label: Label) -> Label:
    """Counterfeit for genuine, and the other way round."""
    return "counterfeit" if label == "genuine" else "genuine"


def read_predicted_run(folder: Path, console: Console, *, manifest: Path | None = None) -> PredictedRun:
    """The held-out predictions of a run, with the manifest of its run.json, or with `manifest` where it has moved.

    Raises RunError where the folder holds no run, or one without held-out predictions, and ManifestError.
    """
    record = read_run_record(folder)
    data = data_of_run(record, manifest=manifest)
    read = read_training_data(data, console)
    predictions: dict[str, ListingPrediction] = {}
    bundles: dict[str, Path] = {}
    for file in _prediction_files(folder):
        for prediction in read_predictions(file).listings:
            if prediction.listing in read.listings:
                predictions[prediction.listing] = prediction
                bundle = _bundle_of(folder, file, prediction)
                if bundle.is_dir():
                    bundles[prediction.listing] = bundle
    if not predictions:
        raise RunError(f"{folder} has no held-out predictions for {data.manifest}: {_remedy(folder, data)}")
    ordered = tuple(predictions[name] for name in read.listings if name in predictions)
    changed = record.data_hash != read.sha256
    return PredictedRun(
        folder=folder,
        manifest=read,
        label_kind=data.label_kind,
        predictions=ordered,
        bundles=bundles,
        changed=changed,
    )


def _remedy(folder: Path, data: DataConfig) -> str:
    """Why a run has no predictions of its own: it isn't finished, other runs made them, or they are of other photos."""
    if any(file.is_file() for file in _prediction_files(folder)):
        return "those that it has are of other listings; give the manifest that it was trained on (--manifest)"
    if not RunFolder(path=folder, resumed=True).is_done:
        return "it isn't finished; start it again (touchstone train)"
    if data.fold is not None:
        return "the runs of the other folds predicted for it; give the folder of the run of all folds"
    return "it was made by a version that did not keep them; train it again in another folder"


def find_disputed(predictions: Sequence[ListingPrediction], *, limit: int | None = None) -> DisputedLabels:
    """The listings for which the other label is more likely, most disputed first, at most `limit`."""
    known = [prediction for prediction in predictions if prediction.authenticity is not None]
    genuine = np.array([prediction.label == "genuine" for prediction in known], bool)
    authenticity = np.array([prediction.authenticity for prediction in known], float)
    product = np.array([prediction.product for prediction in known])
    disputes = dispute_labels(genuine, authenticity, product)
    against = disputes.confident | (np.where(genuine, 1 - authenticity, authenticity) > 0.5)
    order = [n for n in dispute_order(disputes).tolist() if against[n] and not np.isnan(disputes.excess[n])]
    return DisputedLabels(
        listings=tuple(
            DisputedListing(
                rank=rank,
                prediction=known[n],
                authenticity=float(authenticity[n]),
                expected=float(disputes.expected[n]),
                suggested=other_label(known[n].label) if disputes.confident[n] else None,
            )
            for rank, n in enumerate(order[:limit], 1)
        ),
        disputed=len(order),
        estimates=tuple(_estimate(label, genuine, authenticity, product) for label in LABELS),
        predicted=len(known),
        without_authenticity=len(predictions) - len(known),
    )


def write_disputed(file: Path, disputed: Sequence[DisputedListing]) -> None:
    """Write the table whose column `decision` a person fills in, for `data.corrections`."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(DISPUTED_COLUMNS)
        for one in disputed:
            prediction = one.prediction
            authenticity = f"{one.authenticity:.6f}"
            writer.writerow(
                (
                    prediction.listing,
                    prediction.product,
                    prediction.label,
                    authenticity,
                    one.rank,
                    one.suggested or "",
                    "",
                )
            )


def _prediction_files(folder: Path) -> list[Path]:
    held_out = folder / HELD_OUT_PREDICTIONS
    of_folds = sorted(folder.glob(f"{FOLDS_FOLDER}/*/report/answers.csv"))
    return [*([held_out] if held_out.is_file() else of_folds), *folder.glob("report/answers.csv")]


def _bundle_of(folder: Path, file: Path, prediction: ListingPrediction) -> Path:
    """Where the bundle is that made a prediction; that of a cross-fit was never kept."""
    if file.name != HELD_OUT_PREDICTIONS:
        return file.parent.parent / "bundle"
    return folder / FOLDS_FOLDER / str(prediction.fold) / "bundle"


def _estimate(label: Label, genuine: BoolArray, authenticity: FloatArray, product: NDArray[np.str_]) -> WrongLabels:
    share = bootstrap_estimate(wrong_label_share(label, product), genuine, authenticity)
    listings = int((genuine if label == "genuine" else ~genuine).sum())
    return WrongLabels(label=label, listings=listings, share=share)
