"""`touchstone sweep`: what it plans, what it trains, what it says when a variant fails, and how it goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders.training_data import write_toy_data
from tests.training.builders.run_folders import FIRST, write_fold_run
from tests.training.builders.sweep import TWO, variants_of, write_sweep
from training.commands.sweep import app
from training.errors import SweepIncomplete
from training.sweep.variants import Variant


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

[variants.linear]
data.manifest = "missing.csv"

[variants.kernel]
model.head = "kernel"
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_failed_variant_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    write_toy_data(tmp_path, listings=24)
    result = CliRunner().invoke(app, [str(write_sweep(tmp_path, VARIANTS))], env={"COLUMNS": "200"})
    assert isinstance(result.exception, SweepIncomplete)
    assert str(result.exception).startswith("1 of 2 variants failed: linear.")
    assert "error [manifest_invalid]" in result.output
    assert "kernel: 2 of 2, 0 left after it" in result.output
    assert "the baseline linear has no predictions; kernel is used instead" in result.output
    assert (tmp_path / "sweep" / "kernel" / "bundle" / "bundle.json").is_file()
    table = json.loads((tmp_path / "sweep" / "comparison" / "compare.json").read_text())
    assert [(run["name"], run["listings"]) for run in table["runs"]] == [("kernel", 8)]


def finish(variant: Variant, authenticity: dict[str, float]) -> None:
    """Leave what a finished training of the variant leaves, as far as a sweep reads it."""
    write_fold_run(variant.folder, authenticity)
    record = {"config": variant.config.recorded(), "data_hash": "d" * 64, "code_version": "0.1.0"}
    (variant.folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    (variant.folder / "bundle").mkdir()
    (variant.folder / "bundle" / "bundle.json").write_text('{"created_at": "2026-01-01T00:00:00Z"}', encoding="utf-8")


def test_a_finished_sweep_trains_nothing_and_compares_again(tmp_path: Path) -> None:
    linear, kernel = variants_of(tmp_path, TWO)
    finish(linear, FIRST)
    finish(kernel, FIRST | {"g3": 0.45})
    result = CliRunner().invoke(app, [str(tmp_path / "sweep.toml")], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0
    assert "2 done, 0 to train" in result.output
    assert not linear.config_file.exists()
    table = json.loads((tmp_path / "sweep" / "comparison" / "compare.json").read_text())
    assert table["baseline"] == "linear"
    assert table["differences"][0]["figures"]["mean_of_folds"]["value"] == 0.125
    assert table["differing_settings"] == {"frozen.c": ["0.01", "1.0"], "model.head": ["linear", "kernel"]}
