"""The command reads its configuration and trains; what is wrong is refused before anything is written."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders.training_data import write_toy_config, write_toy_data
from training.commands.train import app
from training.runs.folder import LOCK_FILE
from vision.bundle.bundle import read_bundle
from vision.errors import ConfigError, ManifestError

TINY = "backbone = 'test_efficientnet'\npretrained = 'none'\ntaps = [1, 2]"


@pytest.mark.slow
def test_it_trains_the_bundle_that_the_file_and_its_overrides_describe(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path / "photos", listings=24)
    config = write_toy_config(tmp_path, manifest, model=TINY)
    settings = ("run.name=mine", "data.fold=0", "calibration.fold_source=out_of_fold")
    result = CliRunner().invoke(app, [str(config), *(word for setting in settings for word in ("--set", setting))])
    assert result.exit_code == 0, result.output
    assert read_bundle(tmp_path / "run" / "bundle").metadata.name == "mine"
    output = " ".join(result.output.split())
    roles = "fit 16 listings (32 photos); calibration 16 listings (32 photos, out of fold); "
    assert f"{roles}test 8 listings (16 photos)" in output, "every listing outside the test set is used twice"
    assert "Measured on 4 genuine and 4 counterfeit test listings (fold 0)" in output
    assert re.search(r"listing AUROC [01]\.\d{3} ([01]\.\d{3} to [01]\.\d{3}|no interval)", output)


@pytest.mark.parametrize("override", ["model.haed=kernel", "model.head=kernle"])
def test_a_setting_that_does_not_fit_is_refused(tmp_path: Path, override: str) -> None:
    config = write_toy_config(tmp_path, tmp_path / "manifest.csv")
    result = CliRunner().invoke(app, [str(config), "--set", override])
    assert isinstance(result.exception, ConfigError)
    assert not (tmp_path / "run").exists()


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    config = write_toy_config(tmp_path, tmp_path / "manifest.csv")
    result = CliRunner().invoke(app, [str(config)])
    assert isinstance(result.exception, ManifestError)
    assert [file.name for file in (tmp_path / "run").iterdir()] == [LOCK_FILE]
