"""The photos of a run, by its `data` section."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from tests.builders.training_data import write_toy_config, write_toy_data
from training.data.load import read_training_data
from training.pipeline.config import TrainConfig
from vision.config.read import read_config


def test_corrections_are_applied_printed_and_recorded_with_the_run(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path, listings=6)
    decisions = tmp_path / "disputed.csv"
    decisions.write_text("listing,decision\nL00,counterfeit\nL02,drop\n")
    file = write_toy_config(tmp_path, manifest, data=f'corrections = "{decisions.as_posix()}"')
    config = read_config(TrainConfig, file)
    console = Console(file=io.StringIO())
    read = read_training_data(config.data, console)
    assert len(read.listings) == 5
    assert read.rows[0].label == "counterfeit"
    assert "0 listings now genuine, 1 now counterfeit, 1 left out, 0 kept as they were" in console.file.getvalue()  # type: ignore[attr-defined]
    assert config.recorded()["data"]["corrections"] == decisions.as_posix()  # type: ignore[index]


def test_listings_with_two_products_are_left_out_where_asked(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path, listings=6)
    manifest.write_text(manifest.read_text().replace("0-1.jpg,genuine,toy", "0-1.jpg,genuine,kettle"))
    config = read_config(TrainConfig, write_toy_config(tmp_path, manifest, data="drop_mixed_listings = true"))
    assert "L00" not in read_training_data(config.data, Console(quiet=True)).listings
