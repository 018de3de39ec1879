"""A configuration written as TOML reads back to itself."""

import tomllib
from pathlib import Path

import pytest

from tests.builders.training_data import write_toy_config
from training.pipeline.config import TrainConfig
from training.sweep.toml_text import toml_text
from vision.config.read import read_config
from vision.json_dataclass import to_json_table


def test_tables_lists_and_odd_names_come_back() -> None:
    table = {
        "text": 'a "quoted"\n\\ line, é',
        "rate": 1e-05,
        "list": ["a", "b"],
        "none": None,
        "below": {"on": True, "deeper": {"n": 3, "x y": 0.5}},
        "empty": [],
    }
    back = tomllib.loads(toml_text(table))
    assert back == {name: value for name, value in table.items() if value is not None}


@pytest.mark.parametrize("override", ["data.fold=0", "model.recipe=finetune", "model.taps=[1,2]"])
def test_a_training_configuration_comes_back(tmp_path: Path, override: str) -> None:
    config = read_config(TrainConfig, write_toy_config(tmp_path, tmp_path / "manifest.csv"), [override])
    (tmp_path / "again.toml").write_text(toml_text(to_json_table(config)), encoding="utf-8")
    assert read_config(TrainConfig, tmp_path / "again.toml") == config
