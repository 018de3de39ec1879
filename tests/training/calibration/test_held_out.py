"""Answers of fold runs, put together for the bundle of everything."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from training.calibration.config import CalibrationConfig
from training.calibration.held_out import CalibrationSet, ListingCounts, read_fold_answers, read_photo_predictions
from training.data.manifest import Manifest, read_manifest
from training.errors import RunError
from training.model.outputs import PhotoOutputs


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def write_folds(manifest: Manifest, folder: Path, folds: tuple[int, ...]) -> dict[int, Path]:
    """The answers of these folds; each photo's logit is its row's number."""
    files = {}
    for fold in folds:
        rows = tuple(n for n, row in enumerate(manifest.rows) if row.fold == fold)
        files[fold] = folder / f"{fold}.csv"
        CalibrationSet(
            manifest=manifest, rows=rows, outputs=PhotoOutputs(logit=np.array(rows, float)), source="held_out"
        ).write(files[fold])
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


def test_only_the_folds_that_are_asked_for_calibrate(manifest: Manifest, tmp_path: Path) -> None:
    answers = read_fold_answers(manifest, write_folds(manifest, tmp_path, (0, 2)))
    assert {manifest.rows[row].fold for row in answers.rows} == {0, 2}
    assert answers.logit.tolist() == list(answers.rows)


def test_a_fold_that_has_not_answered_yet_is_named_with_what_to_do(manifest: Manifest, tmp_path: Path) -> None:
    files = write_folds(manifest, tmp_path, (0, 2)) | {1: tmp_path / "1" / "report_logits.csv"}
    with pytest.raises(RunError, match=r"fold 1 has not answered yet: .*data\.fold=1 and run\.folder=.*1"):
        read_fold_answers(manifest, files)


def test_photos_without_an_answer_are_said_rather_than_left_out(manifest: Manifest, tmp_path: Path) -> None:
    files = write_folds(manifest, tmp_path, (0, 2))
    with pytest.raises(RunError, match=r"gave no answer to 40 of 120 photos"):
        read_fold_answers(manifest, files | {1: files[0]})


def test_a_listings_rank_comes_from_the_mean_of_its_photos(manifest: Manifest) -> None:
    rows = (0, 1, 2, 3, 6, 7)  # listings of two photos: genuine, counterfeit, counterfeit
    logit = np.array([3.0, -1.0, 2.0, -2.0, 4.0, -1.0])  # means 1, 0, 1.5
    assert (
        CalibrationSet(
            manifest=manifest, rows=rows, outputs=PhotoOutputs(logit=logit), source="held_out"
        ).listing_auroc()
        == 0.5
    )


def test_all_that_a_network_said_is_read_back(manifest: Manifest, tmp_path: Path) -> None:
    rows = tuple(range(len(manifest.rows)))
    values = np.linspace(-1, 1, len(rows))
    outputs = PhotoOutputs(logit=values, novelty=values + 3, product_logit=values[:, None] * 2)
    written = CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source="held_out")
    written.write(tmp_path / "answers.csv")
    read = read_fold_answers(manifest, dict.fromkeys((0, 1, 2), tmp_path / "answers.csv")).outputs
    assert read.product_logit is not None
    assert read.novelty is not None
    np.testing.assert_array_equal(read.product_logit, outputs.product_logit)
    np.testing.assert_array_equal(read.novelty, outputs.novelty)


def test_each_product_gets_a_floor_from_its_own_column(manifest: Manifest) -> None:
    renamed = [replace(row, product="ball" if row.fold == 0 else "cap") for row in manifest.rows]
    two = replace(manifest, rows=tuple(renamed))
    likeness = np.array([[0.8, 0.1] if row.product == "ball" else [0.2, 0.6] for row in two.rows])
    outputs = PhotoOutputs(logit=np.zeros(len(two.rows)), product_logit=likeness)
    rows = tuple(range(len(two.rows)))
    support = (
        CalibrationSet(manifest=two, rows=rows, outputs=outputs, source="held_out").fit(CalibrationConfig()).support
    )
    assert {name: floor.listing for name, floor in support.items()} == pytest.approx({"ball": 0.8, "cap": 0.6})


def all_rows(manifest: Manifest) -> CalibrationSet:
    """Every photo answered at random, a little to the side of its label."""
    genuine = np.array([row.label == "genuine" for row in manifest.rows])
    logit = np.random.default_rng(0).normal(0, 1, len(genuine)) + 2 * (genuine - 0.5)
    return CalibrationSet(
        manifest=manifest, rows=tuple(range(len(genuine))), outputs=PhotoOutputs(logit=logit), source="held_out"
    )


def test_one_photo_stands_for_its_listing_whatever_was_said_of_it(manifest: Manifest) -> None:
    held_out = all_rows(manifest)
    mirrored = replace(held_out, outputs=PhotoOutputs(logit=-held_out.logit))
    for listing, turned in zip(held_out.listings(), mirrored.listings(), strict=True):
        rows = [row for row, entry in enumerate(manifest.rows) if entry.listing == listing.name]
        assert listing.one_photo_logit in held_out.logit[rows]
        assert turned.one_photo_logit == -listing.one_photo_logit  # the same photo: the draw doesn't look at logits


def test_a_fit_says_on_how_many_listings_it_rests_and_is_stricter_with_one_photo(manifest: Manifest) -> None:
    fitted = all_rows(manifest).fit(CalibrationConfig())
    listings = all_rows(manifest).listings()
    n_genuine = sum(listing.genuine for listing in listings)
    assert fitted.listings_by_product["*"] == ListingCounts(genuine=n_genuine, counterfeit=len(listings) - n_genuine)
    assert [(entry.min_photos, entry.genuine) for entry in fitted.listings] == [(1, n_genuine), (2, n_genuine)]
    assert fitted.one_photo_thresholds.keys() == fitted.thresholds.keys()
    for name, one in fitted.one_photo_thresholds.items():
        assert one.counterfeit_below <= fitted.thresholds[name].counterfeit_below
        assert one.genuine_above >= fitted.thresholds[name].genuine_above


def test_answers_are_read_back_of_the_photos_that_they_name(manifest: Manifest, tmp_path: Path) -> None:
    (file,) = write_folds(manifest, tmp_path, (1,)).values()
    answers = read_photo_predictions(manifest, file)
    assert {manifest.rows[row].fold for row in answers.rows} == {1}
    assert answers.logit.tolist() == list(answers.rows)
