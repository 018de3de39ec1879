"""The photos of a run, by its `data` section."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.builders.training_data import write_toy_config, write_toy_data
from tests.training.builders.photo_tree import save_class_folders
from training.data.config import DataConfig
from training.data.load import read_data, read_training_data
from training.pipeline.config import TrainConfig
from vision.config.read import read_config
from vision.errors import ManifestError


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


def test_the_line_of_what_was_read_names_a_folder_given_as_a_dot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_class_folders(tmp_path / "dryers")
    monkeypatch.chdir(tmp_path / "dryers")
    console = Console(file=io.StringIO(), width=200)
    read_data(DataConfig(manifest=Path(), product="dryer"), console)
    assert console.file.getvalue().startswith("dryers: read ")  # type: ignore[attr-defined]


def test_listings_with_two_products_are_left_out_where_asked(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path, listings=6)
    manifest.write_text(manifest.read_text().replace("0-1.jpg,genuine,toy", "0-1.jpg,genuine,kettle"))
    config = read_config(TrainConfig, write_toy_config(tmp_path, manifest, data="drop_mixed_listings = true"))
    assert "L00" not in read_training_data(config.data, Console(quiet=True)).listings


def test_one_line_says_what_was_read_and_what_was_left_out(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path, listings=6)
    text = manifest.read_text().replace("0-1.jpg,genuine,toy", "0-1.jpg,genuine,kettle")
    manifest.write_text(text.replace(",genuine,toy,L04", ",,toy,L04"))
    decisions = tmp_path / "disputed.csv"
    decisions.write_text("listing,decision\nL02,drop\n")
    data = DataConfig(manifest=manifest, corrections=decisions, where=("listing!=L01",), drop_mixed_listings=True)
    console = Console(file=io.StringIO(), width=60)
    read_training_data(data, console)
    line = console.file.getvalue().splitlines()[-1]  # type: ignore[attr-defined]
    assert line == (
        "manifest.csv: read 4 photos of 2 listings; left out 8 rows: 2 dropped by corrections, "
        "2 that don't meet listing!=L01, 2 without a label, 2 of listings that are dropped"
    )


def test_class_folders_of_the_settings_are_read_(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "shop", "bazaar")
    data = DataConfig(manifest=tmp_path, product="toy", genuine_folder="shop", counterfeit_folder="bazaar")
    console = Console(file=io.StringIO(), width=60)
    assert {row.label for row in read_data(data, console).rows} == {"genuine", "counterfeit"}
    assert "read 8 photos of 4 listings; left out nothing" in console.file.getvalue()  # type: ignore[attr-defined]


def test_class_folders_of_a_table_are_refused(tmp_path: Path) -> None:
    data = DataConfig(manifest=write_toy_data(tmp_path, listings=6), genuine_folder="shop")
    with pytest.raises(ManifestError, match=r"is a table, whose column 'label' .* leave data\.genuine_folder out"):
        read_data(data, Console(quiet=True))
