"""A run's data are read again from its record."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from tests.builders.training_data import write_toy_data
from training.runs.data import read_data_of_run


def test_a_runs_data_are_read_again_with_its_corrections_where_its_manifest_lies_now(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path / "now", listings=6)
    decisions = tmp_path / "disputed.csv"
    decisions.write_text("listing,decision\nL00,counterfeit\nL02,drop\n")
    data = {"manifest": str(tmp_path / "then" / manifest.name), "corrections": str(decisions)}
    (tmp_path / "run.json").write_text(json.dumps({"config": {"data": data}, "data_hash": ""}))
    read = read_data_of_run(tmp_path, Console(quiet=True), manifest=manifest)
    assert len(read.listings) == 5
    assert read.rows[0].label == "counterfeit"
