"""The logits of fold runs, written by each and put together for the bundle of everything."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from training.calibration.held_out import CalibrationSet
from training.calibration.logit_files import read_fold_logits, read_test_logits, write_logits
from training.data.manifest import Manifest, read_manifest
from training.errors import RunError
from training.model.outputs import PhotoOutputs


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def write_folds(manifest: Manifest, folder: Path, folds: tuple[int, ...]) -> dict[int, Path]:
    """The logits of these folds; each photo's logit is its row's number."""
    files = {}
    for fold in folds:
        rows = tuple(n for n, row in enumerate(manifest.rows) if row.fold == fold)
        files[fold] = folder / f"{fold}.csv"
        outputs = PhotoOutputs(logit=np.array(rows, float))
        predictions = CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source="held_out")
        write_logits(predictions, files[fold])
    return files


def test_every_photo_gets_the_logit_of_its_own_fold(manifest: Manifest, tmp_path: Path) -> None:
    predictions = read_fold_logits(manifest, write_folds(manifest, tmp_path, (0, 1, 2)))
    assert predictions.rows == tuple(range(len(manifest.rows)))
    assert predictions.logit.tolist() == list(predictions.rows)
    assert predictions.source == "out_of_fold"


def test_a_manifest_that_is_named_by_another_path_finds_its_logits(manifest: Manifest, tmp_path: Path) -> None:
    files = write_folds(manifest, tmp_path, (0, 1, 2))
    again = read_manifest(manifest.path.parent / os.curdir / ".." / manifest.path.parent.name / manifest.path.name)
    assert read_fold_logits(again, files).logit.tolist() == list(range(len(manifest.rows)))


def test_only_the_folds_that_are_asked_for_calibrate(manifest: Manifest, tmp_path: Path) -> None:
    predictions = read_fold_logits(manifest, write_folds(manifest, tmp_path, (0, 2)))
    assert {manifest.rows[row].fold for row in predictions.rows} == {0, 2}
    assert predictions.logit.tolist() == list(predictions.rows)


def test_a_fold_without_predictions_is_named_with_what_to_do(manifest: Manifest, tmp_path: Path) -> None:
    files = write_folds(manifest, tmp_path, (0, 2)) | {1: tmp_path / "1" / "report_logits.csv"}
    with pytest.raises(RunError, match=r"fold 1 has no predictions yet: .*data\.fold=1 and run\.folder=.*1"):
        read_fold_logits(manifest, files)


def test_photos_without_a_prediction_are_reported_rather_than_left_out(manifest: Manifest, tmp_path: Path) -> None:
    files = write_folds(manifest, tmp_path, (0, 2))
    with pytest.raises(RunError, match=r"have no prediction for 40 of 120 photos"):
        read_fold_logits(manifest, files | {1: files[0]})


def test_all_outputs_of_a_network_are_read_back(manifest: Manifest, tmp_path: Path) -> None:
    rows = tuple(range(len(manifest.rows)))
    values = np.linspace(-1, 1, len(rows))
    outputs = PhotoOutputs(logit=values, novelty=values + 3, product_logit=values[:, None] * 2)
    written = CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source="held_out")
    write_logits(written, tmp_path / "logits.csv")
    read = read_fold_logits(manifest, dict.fromkeys((0, 1, 2), tmp_path / "logits.csv")).outputs
    assert read.product_logit is not None
    assert read.novelty is not None
    np.testing.assert_array_equal(read.product_logit, outputs.product_logit)
    np.testing.assert_array_equal(read.novelty, outputs.novelty)


def test_test_logits_are_read_back_of_the_photos_that_they_name(manifest: Manifest, tmp_path: Path) -> None:
    (file,) = write_folds(manifest, tmp_path, (1,)).values()
    predictions = read_test_logits(manifest, file)
    assert {manifest.rows[row].fold for row in predictions.rows} == {1}
    assert predictions.logit.tolist() == list(predictions.rows)


def test_a_run_without_a_test_set_and_another_manifest_are_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="a run with a test set"):
        read_test_logits(manifest, tmp_path / "report_logits.csv")
    (file,) = write_folds(manifest, tmp_path, (1,)).values()
    with pytest.raises(RunError, match="give the manifest of the run"):
        read_test_logits(manifest.where(lambda row: row.fold == 0), file)
