"""Logits of photos in a CSV of a run's folder: written for the test set, read to calibrate other runs."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.calibration.held_out import CalibrationSet
from training.calibration.thresholds import Source
from training.data.manifest import Manifest
from training.errors import RunError
from training.model.outputs import PhotoOutputs

TEST_LOGITS = "report_logits.csv"
"""Of a run: the logits of the test set, by the network that ships."""

_PRODUCT_COLUMN = "product_logit:"


def write_logits(predictions: CalibrationSet, file: Path) -> None:
    """Write a CSV of photo, listing and the network's outputs for each, which the functions below read."""
    draft = file.with_suffix(".part")  # another fold's run may be waiting for the file
    columns = _columns(predictions)
    with draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("photo", "listing", *columns))
        for place, row in enumerate(predictions.rows):
            entry = predictions.manifest.rows[row]
            values = [repr(float(column[place])) for column in columns.values()]
            writer.writerow((str(entry.photo), entry.listing, *values))
    draft.replace(file)


def read_fold_logits(manifest: Manifest, files: Mapping[int, Path]) -> CalibrationSet:
    """The logits of each fold by the network that never saw it, from the files that `write_logits` wrote, by fold.

    Raises RunError where a photo of a fold has no logit: thresholds on part of the folds would pass for those on all.
    """
    by_photo: dict[Path, dict[str, float]] = {}
    for fold, file in files.items():
        if not file.is_file():
            raise RunError(
                f"fold {fold} has no predictions yet: there is no {file}. Train it with data.fold={fold} and "
                f"run.folder={file.parent}, or the run of all folds, then start this one again"
            )
        by_photo |= _read_file(file)
    photos = {row: entry.photo.resolve() for row, entry in enumerate(manifest.rows) if entry.fold in files}
    missing = [photo for photo in photos.values() if photo not in by_photo]
    if missing:
        folders = ", ".join(str(file.parent) for file in files.values())
        raise RunError(
            f"the fold runs in {folders} have no prediction for {len(missing)} of {len(photos)} photos, such as "
            f"{missing[0]}: the photos have moved since. Delete those folders to train the folds anew"
        )
    return _as_set(manifest, tuple(photos), [by_photo[photo] for photo in photos.values()], "out_of_fold")


def read_test_logits(manifest: Manifest, file: Path) -> CalibrationSet:
    """The logits of the test set by the network that ships: of those rows that `file` holds.

    Raises RunError where there is no file, or it holds none of the manifest's photos.
    """
    if not file.is_file():
        raise RunError(f"there is no {file}: give the folder of a run with a test set")
    by_photo = _read_file(file)
    rows = tuple(row for row, entry in enumerate(manifest.rows) if entry.photo.resolve() in by_photo)
    if not rows:
        raise RunError(f"{file} holds no photo of {manifest.path}: give the manifest of the run, at its present place")
    return _as_set(manifest, rows, [by_photo[manifest.rows[row].photo.resolve()] for row in rows], "held_out")


def _columns(predictions: CalibrationSet) -> dict[str, NDArray[np.float64]]:
    outputs = predictions.outputs
    columns = {"logit": outputs.logit}
    if outputs.novelty is not None:
        columns["novelty"] = outputs.novelty
    if outputs.product_logit is not None:
        for place, product in enumerate(predictions.manifest.products):
            columns[_PRODUCT_COLUMN + product] = outputs.product_logit[:, place]
    return columns


def _read_file(file: Path) -> dict[Path, dict[str, float]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return {Path(row["photo"]).resolve(): _numbers(row) for row in csv.DictReader(stream)}


def _numbers(row: Mapping[str, str]) -> dict[str, float]:
    return {name: float(text) for name, text in row.items() if name not in ("photo", "listing")}


def _as_set(
    manifest: Manifest, rows: tuple[int, ...], values: Sequence[Mapping[str, float]], source: Source
) -> CalibrationSet:
    novelty = _table(values, ["novelty"])
    outputs = PhotoOutputs(
        logit=np.array([row["logit"] for row in values]),
        product_logit=_table(values, [_PRODUCT_COLUMN + product for product in manifest.products]),
        novelty=None if novelty is None else novelty[:, 0],
    )
    return CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source=source)


def _table(values: Sequence[Mapping[str, float]], columns: Sequence[str]) -> NDArray[np.float64] | None:
    """The columns [N, C] of all rows; None where one lacks one."""
    if not all(name in row for row in values for name in columns):
        return None
    return np.array([[row[name] for name in columns] for row in values])
