"""Answers of fold runs, put together for the bundle of everything."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.toy_data import write_toy_data
from training.calibration_set import CalibrationSet, read_fold_answers
from training.errors import RunError
from training.manifest import Manifest, read_manifest


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def write_folds(manifest: Manifest, folder: Path, folds: tuple[int, ...]) -> list[Path]:
    """The answers of these folds; each photo's logit is its row's number."""
    files = []
    for fold in folds:
        rows = tuple(n for n, row in enumerate(manifest.rows) if row.fold == fold)
        files.append(folder / f"{fold}.csv")
        CalibrationSet(manifest=manifest, rows=rows, logit=np.array(rows, float), source="held_out").write(files[-1])
    return files


def test_every_photo_gets_the_answer_of_its_own_fold(manifest: Manifest, tmp_path: Path) -> None:
    answers = read_fold_answers(manifest, write_folds(manifest, tmp_path, (0, 1, 2)))
    assert answers.rows == tuple(range(len(manifest.rows)))
    assert answers.logit.tolist() == list(answers.rows)
    assert answers.source == "out_of_fold"


def test_a_manifest_that_is_named_by_another_path_finds_its_answers(manifest: Manifest, tmp_path: Path) -> None:
    files = write_folds(manifest, tmp_path, (0, 1, 2))
    again = read_manifest(manifest.path.parent / os.curdir / ".." / manifest.path.parent.name / manifest.path.name)
    assert read_fold_answers(again, files).logit.tolist() == list(range(len(manifest.rows)))


def test_folds_without_answers_are_said_rather_than_left_out(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"gave no answer to 40 of 120 photos"):
        read_fold_answers(manifest, write_folds(manifest, tmp_path, (0, 2)))
