"""A run as it is compared with others: its held-out predictions, and its settings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from training.errors import RunError
from training.evaluation.predictions import HELD_OUT_PREDICTIONS, ListingPrediction, PredictionTable, read_predictions
from training.runs.facts import RunFacts, read_facts
from training.runs.folder import FOLDS_FOLDER

PREDICTIONS_FILE = "answers.csv"
REPORT_FOLDER = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPredictions:
    """A run's predictions, sorted by listing, and `measured_on`, which listings these are, in words.

    `missing_folds` are those of its folds that have none (yet).

    Without `has_outcomes` the table has no outcomes: coverage and the two error rates are unknown.
    """

    name: str
    predictions: tuple[ListingPrediction, ...]
    has_outcomes: bool
    facts: RunFacts
    measured_on: str = ""
    missing_folds: tuple[str, ...] = ()

    @property
    def folds(self) -> frozenset[int | None]:
        """The folds of its predictions; None where the manifest has none."""
        return frozenset(prediction.fold for prediction in self.predictions)

    def of_folds(self, folds: Collection[int | None]) -> RunPredictions:
        """Its predictions for these folds only."""
        return replace(
            self, predictions=tuple(prediction for prediction in self.predictions if prediction.fold in folds)
        )


def read_runs(paths: Sequence[Path]) -> tuple[RunPredictions, ...]:
    """The runs at these paths, in order, each with a name of its own. Raises RunError."""
    names = short_names(paths)
    return tuple(replace(read_run(path), name=name) for path, name in zip(paths, names, strict=True))


def read_run(path: Path) -> RunPredictions:
    """The run in a folder: each fold's bundle on its own fold, else its report, else the folder's own answers.csv.

    `path` may be a table of predictions too, without settings. Raises RunError where there are no predictions.
    """
    if path.is_file():
        return _run(path, [read_predictions(path)], RunFacts(), _what_table_holds(path))
    folds = path / FOLDS_FOLDER
    files = sorted(folds.glob(f"*/{REPORT_FOLDER}/{PREDICTIONS_FILE}"))
    missing: tuple[str, ...] = ()
    if files:
        finished = {file.parent.parent.name for file in files}
        missing = tuple(
            sorted(entry.name for entry in folds.iterdir() if entry.is_dir() and entry.name not in finished)
        )
        measured_on = "the test set of each fold's bundle"
    else:
        alone = (path / REPORT_FOLDER / PREDICTIONS_FILE, path / PREDICTIONS_FILE)
        files = [file for file in alone if file.is_file()][:1]
        measured_on = "its test set" if files[:1] == [alone[0]] else "an evaluated manifest, less what it was fitted on"
    if not files:
        raise RunError(_no_predictions(path))
    return _run(path, [read_predictions(file) for file in files], read_facts(path), measured_on, missing)


def short_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """The shortest distinct ends of the paths, as in `first/report`. Raises RunError for one named twice."""
    parts = [path.resolve().with_suffix("" if path.is_file() else path.suffix).parts for path in paths]
    for index, own in enumerate(parts):
        if own in parts[:index]:
            raise RunError(f"{paths[index]} is named twice; name each run once")
    return tuple(_shortest_end(own, [other for other in parts if other is not own]) for own in parts)


def _run(
    path: Path, tables: Sequence[PredictionTable], facts: RunFacts, measured_on: str, missing: tuple[str, ...] = ()
) -> RunPredictions:
    predictions = sorted(
        (prediction for table in tables for prediction in table.listings), key=lambda prediction: prediction.listing
    )
    if not predictions:
        raise RunError(f"{path} holds a table of predictions without a listing; there is nothing to compare")
    for one, other in pairwise(predictions):
        if one.listing == other.listing:
            raise RunError(f"{path} has two predictions for listing {one.listing}; the folds of a run share no listing")
    return RunPredictions(
        name=path.name,
        predictions=tuple(predictions),
        has_outcomes=all(table.has_outcomes for table in tables),
        facts=facts,
        measured_on=measured_on,
        missing_folds=missing,
    )


def _what_table_holds(file: Path) -> str:
    if file.name == HELD_OUT_PREDICTIONS:
        return "the listings that calibrate it, each under thresholds set without it"
    return f"the listings of {file.name}"


def _no_predictions(path: Path) -> str:
    if not path.exists():
        return f"{path}: no such run; name a run folder, a folder that `touchstone evaluate` wrote, or a CSV"
    places = (
        f"{FOLDS_FOLDER}/*/{REPORT_FOLDER}/{PREDICTIONS_FILE}, {REPORT_FOLDER}/{PREDICTIONS_FILE}, {PREDICTIONS_FILE}"
    )
    return (
        f"{path} has no held-out predictions: it has none of {places}. Let it finish, train with folds, a split or "
        "data.report_share, or evaluate its bundle with `touchstone evaluate BUNDLE MANIFEST --out FOLDER` and name "
        "that folder"
    )


def _shortest_end(own: Sequence[str], others: Sequence[Sequence[str]]) -> str:
    for length in range(1, len(own)):
        if all(tuple(other[-length:]) != tuple(own[-length:]) for other in others):
            return "/".join(own[-length:])
    return "/".join(own)
