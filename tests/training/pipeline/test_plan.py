"""Which rows have which role, and which runs of folds come first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.training_data import write_toy_config, write_toy_data
from training.data.manifest import Manifest, read_manifest
from training.errors import RunError
from training.pipeline.config import TrainConfig
from training.pipeline.plan import calibrating_folds, describe_test_set, fold_configs, plan_fits, plan_roles
from vision.config.read import read_config


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


def config_of(folder: Path, manifest: Manifest, *overrides: str) -> TrainConfig:
    return read_config(TrainConfig, write_toy_config(folder, manifest.path), overrides)


def test_only_held_out_calibration_keeps_a_share_back(tmp_path: Path, manifest: Manifest) -> None:
    assert plan_roles(manifest, config_of(tmp_path, manifest)).calibrate
    assert not plan_roles(manifest, config_of(tmp_path, manifest, "calibration.source=out_of_fold")).calibrate


def test_a_fold_is_the_test_set(tmp_path: Path, manifest: Manifest) -> None:
    roles = plan_roles(manifest, config_of(tmp_path, manifest, "data.fold=1"))
    assert {manifest.rows[row].fold for row in roles.report} == {1}


def test_a_test_share_gives_way_to_a_test_set_of_the_manifest(tmp_path: Path, manifest: Manifest) -> None:
    share = "data.report_share=0.2"
    of_fold = plan_roles(manifest, config_of(tmp_path, manifest, share, "data.fold=1"))
    assert {manifest.rows[row].fold for row in of_fold.report} == {1}
    rows = tuple(replace(row, split="test" if row.fold == 0 else "train") for row in manifest.rows)
    of_split = plan_roles(replace(manifest, rows=rows), config_of(tmp_path, manifest, share))
    assert {manifest.rows[row].fold for row in of_split.report} == {0}


def test_a_test_share_of_a_run_that_fits_every_fold_is_refused(tmp_path: Path, manifest: Manifest) -> None:
    settings = ("data.report_share=0.2", "calibration.source=fold_runs")
    with pytest.raises(RunError, match=r"set data\.report_share to 0"):
        plan_roles(manifest, config_of(tmp_path, manifest, *settings))


def test_fold_runs_refuse_a_test_set_in_the_column_split(tmp_path: Path, manifest: Manifest) -> None:
    rows = tuple(replace(row, split="test" if row.fold == 0 else "train") for row in manifest.rows)
    with pytest.raises(RunError, match="the column split keeps test listings apart"):
        plan_roles(replace(manifest, rows=rows), config_of(tmp_path, manifest, "calibration.source=fold_runs"))


def test_the_last_fit_is_the_network_that_ships(tmp_path: Path, manifest: Manifest) -> None:
    config = config_of(tmp_path, manifest, "calibration.source=out_of_fold")
    fits = plan_fits(manifest, plan_roles(manifest, config), config)
    assert [fit.folder for fit in fits] == ["out-of-fold-0", "out-of-fold-1", "out-of-fold-2", "fit"]
    assert fits[-1].fit == tuple(range(len(manifest.rows)))


def test_fold_runs_are_whole_runs_in_folders_of_their_own(tmp_path: Path, manifest: Manifest) -> None:
    config = config_of(tmp_path, manifest, "calibration.source=fold_runs", "data.audit=full")
    folds = fold_configs(manifest, config)
    assert [fold.data.fold for fold in folds] == [0, 1, 2]
    assert [fold.run.folder for fold in folds] == [tmp_path / "run" / "folds" / str(fold) for fold in range(3)]
    assert {fold.data.audit for fold in folds} == {"table"}, "the photos were audited once"
    assert folds[1].run.name == "toy-fold-1"
    assert folds[0].calibration_source.name == "held_out"
    assert calibrating_folds(manifest, config) == {fold: tmp_path / "run" / "folds" / str(fold) for fold in range(3)}


def test_a_fold_finds_the_others_beside_its_own_folder(tmp_path: Path, manifest: Manifest) -> None:
    config = config_of(tmp_path, manifest, "data.fold=1", "calibration.fold_source=other_folds")
    assert fold_configs(manifest, config) == ()
    assert calibrating_folds(manifest, config) == {0: tmp_path / "0", 2: tmp_path / "2"}


def test_a_run_that_predicts_itself_waits_for_no_other(tmp_path: Path, manifest: Manifest) -> None:
    config = config_of(tmp_path, manifest)
    assert fold_configs(manifest, config) == ()
    assert calibrating_folds(manifest, config) == {}


def test_the_test_set_is_named_by_what_keeps_it_apart(tmp_path: Path, manifest: Manifest) -> None:
    assert describe_test_set(manifest, config_of(tmp_path, manifest, "data.fold=2")) == "fold 2"
    drawn = describe_test_set(manifest, config_of(tmp_path, manifest, "data.report_share=0.2"))
    assert drawn == "20 % of the listings, drawn by data.report_share"
    rows = tuple(replace(row, split="test" if row.fold == 0 else "train") for row in manifest.rows)
    assert describe_test_set(replace(manifest, rows=rows), config_of(tmp_path, manifest)) == "split test"
