"""Each calibration source: which networks it fits, on which rows, and where its predictions come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from training.calibration.config import SourceName
from training.calibration.held_out import CalibrationSet
from training.calibration.logit_files import write_logits
from training.calibration.sources import SOURCES, Fit
from training.data.manifest import Manifest, read_manifest
from training.data.splits import Roles, assign_roles
from training.errors import RunError
from training.model.outputs import PhotoOutputs


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="module")
def roles(manifest: Manifest) -> Roles:
    return assign_roles(manifest, fold=0)


def plan(source: SourceName, manifest: Manifest, roles: Roles) -> tuple[Fit, ...]:
    return SOURCES[source].plan_fits(manifest, roles, folds=4, seed=0)


def predictions(manifest: Manifest, rows: tuple[int, ...]) -> CalibrationSet:
    outputs = PhotoOutputs(logit=np.array(rows, float))
    return CalibrationSet(manifest=manifest, rows=rows, outputs=outputs, source="held_out")


def test_every_source_is_known_by_its_name() -> None:
    assert {name: source.name for name, source in SOURCES.items()} == {name: name for name in SOURCES}
    assert list(SOURCES) == ["held_out", "out_of_fold", "fold_runs", "other_folds"]


def test_only_held_out_listings_guarantee_thresholds_and_only_they_are_held_back() -> None:
    assert [name for name, source in SOURCES.items() if source.guarantees_thresholds] == ["held_out"]
    assert [name for name, source in SOURCES.items() if source.holds_back_share] == ["held_out"]


def test_only_fold_runs_leave_no_room_for_a_test_set() -> None:
    assert [name for name, source in SOURCES.items() if not source.allows_test_set] == ["fold_runs"]
    assert [name for name, source in SOURCES.items() if source.trains_folds] == ["fold_runs"]


def test_a_fold_that_the_others_calibrate_has_no_predictions_of_its_own_and_no_int8() -> None:
    assert [name for name, source in SOURCES.items() if not source.has_own_predictions] == ["other_folds"]
    assert [name for name, source in SOURCES.items() if not source.makes_int8] == ["other_folds"]


def test_held_out_fits_once_and_predicts_what_calibrates(manifest: Manifest, roles: Roles) -> None:
    (fit,) = plan("held_out", manifest, roles)
    assert (fit.fit, fit.stop, fit.held_out, fit.folder) == (roles.fit, roles.stop, roles.calibrate, "fit")
    held_out = predictions(manifest, roles.calibrate)
    assert SOURCES["held_out"].calibration_set(manifest, (held_out,), {}) is held_out


def test_nothing_held_out_is_refused(manifest: Manifest) -> None:
    with pytest.raises(RunError, match=r"raise data\.calibrate_share"):
        plan("held_out", manifest, assign_roles(manifest, fold=0, calibrate_share=0))


def test_cross_fitting_holds_every_row_out_once_and_ships_a_fit_of_everything(manifest: Manifest, roles: Roles) -> None:
    *crossed, ships = plan("out_of_fold", manifest, roles)
    everything = tuple(sorted((*roles.fit, *roles.stop, *roles.calibrate)))
    assert (ships.fit, ships.stop, ships.held_out, ships.folder) == (everything, (), (), "fit")
    assert [fit.folder for fit in crossed] == [f"out-of-fold-{k}" for k in range(4)]
    assert tuple(sorted(row for fit in crossed for row in fit.held_out)) == everything
    for fit in crossed:
        assert set(fit.fit) == set(everything) - set(fit.held_out)
    parts = [predictions(manifest, fit.held_out) for fit in crossed]
    joined = SOURCES["out_of_fold"].calibration_set(manifest, parts, {})
    assert joined.rows == everything
    assert joined.logit.tolist() == list(everything)
    assert joined.source == "out_of_fold"


def test_fold_runs_fit_everything_once_and_read_every_fold(manifest: Manifest, tmp_path: Path) -> None:
    everyone = assign_roles(manifest, calibrate_share=0)
    (ships,) = plan("fold_runs", manifest, everyone)
    assert ships.fit == tuple(range(len(manifest.rows)))
    assert SOURCES["fold_runs"].calibrating_folds(manifest, None) == (0, 1, 2)
    files = {fold: tmp_path / f"{fold}.csv" for fold in range(3)}
    for fold, file in files.items():
        write_logits(predictions(manifest, tuple(n for n, row in enumerate(manifest.rows) if row.fold == fold)), file)
    assert SOURCES["fold_runs"].calibration_set(manifest, (), files).rows == tuple(range(len(manifest.rows)))


def test_other_folds_fit_all_but_their_own_and_early_stopping(manifest: Manifest, roles: Roles) -> None:
    (fit,) = plan("other_folds", manifest, roles)
    assert fit.fit == tuple(sorted((*roles.fit, *roles.calibrate)))
    assert (fit.stop, fit.held_out) == (roles.stop, ())
    assert SOURCES["other_folds"].calibrating_folds(manifest, 1) == (0, 2)


@pytest.mark.parametrize("name", ["held_out", "out_of_fold"])
def test_no_folds_calibrate_a_run_that_predicts_itself(manifest: Manifest, name: SourceName) -> None:
    assert SOURCES[name].calibrating_folds(manifest, None) == ()


@pytest.mark.parametrize("name", ["fold_runs", "other_folds"])
def test_one_fold_alone_is_refused(manifest: Manifest, name: SourceName) -> None:
    with pytest.raises(RunError, match=f"calibration by '{name}' needs a manifest with at least two folds"):
        SOURCES[name].calibrating_folds(manifest.where(lambda row: row.fold == 0), None)
