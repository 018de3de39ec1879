"""`touchstone sweep`: what it plans, what it trains, what it says when a variant fails, and how it goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.toy_data import write_toy_data
from tests.training.test_sweep import TWO, write_sweep
from training.commands.sweep import app
from training.config import TrainConfig
from training.errors import SweepIncomplete
from training.train import train
from vision.config import read_config


def test_a_dry_run_says_what_would_be_trained_and_writes_nothing(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(write_sweep(tmp_path, TWO)), "--dry-run"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "model.head = kernel, frozen.c = 1" in result.output
    assert "0 done, 2 to train" in result.output
    assert not (tmp_path / "sweep").exists()


VARIANTS = """
[overrides]
model = { backbone = "test_efficientnet", pretrained = "none", taps = [1, 2] }
data.fold = 0
calibration = { fold_source = "out_of_fold", folds = 2 }

[variants.line]
data.manifest = "MISSING"

[variants.kernel]
model.head = "kernel"
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_failed_variant_is_reported_the_others_go_on_and_a_second_start_finishes(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path, listings=24)
    missing = manifest.with_name("elsewhere.csv")
    sweep = write_sweep(tmp_path, VARIANTS.replace("MISSING", missing.as_posix()))
    first = CliRunner().invoke(app, [str(sweep)], env={"COLUMNS": "200"})
    assert isinstance(first.exception, SweepIncomplete)
    assert str(first.exception).startswith("1 of 2 variants failed: line.")
    assert "error [manifest_invalid]" in first.output
    assert "the baseline line has no answers; kernel stands in" in first.output
    bundle = tmp_path / "sweep" / "kernel" / "bundle" / "bundle.json"
    sealed_at = bundle.stat().st_mtime_ns

    shutil.copy(manifest, missing)
    train(read_config(TrainConfig, tmp_path / "sweep" / "line.toml"), Console(quiet=True))  # as one would by hand
    second = CliRunner().invoke(app, [str(sweep)], env={"COLUMNS": "200"})
    assert second.exit_code == 0, second.output
    assert "2 done, 0 to train" in second.output
    assert "kernel: done already" in second.output
    assert bundle.stat().st_mtime_ns == sealed_at
    table = json.loads((tmp_path / "sweep" / "comparison" / "compare.json").read_text())
    assert (table["baseline"], table["common_listings"]) == ("line", 8)
    assert table["differing_settings"]["model.head"] == ["linear", "kernel"]
