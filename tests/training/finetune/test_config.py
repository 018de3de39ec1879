from pathlib import Path
from typing import Any

import pytest

from training.finetune.config import AugmentConfig, FinetuneConfig
from vision.config.read import describe_settings, read_config
from vision.errors import ConfigError


def test_every_setting_has_its_sentence_of_help() -> None:
    settings = describe_settings(FinetuneConfig)
    assert len(settings) > 30
    assert all(setting.help for setting in settings)


def test_a_file_sets_nested_keys(tmp_path: Path) -> None:
    file = tmp_path / "finetune.toml"
    file.write_text("epochs = 3\nlr_body = 1e-4\n[augment]\nflip = false\n", encoding="utf-8")
    config = read_config(FinetuneConfig, file)
    assert (config.epochs, config.lr_body, config.augment.flip, config.augment.rotation_deg) == (3, 1e-4, False, 15.0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", 0),
        ("lr_body", 0.0),
        ("weight_decay", -0.1),
        ("ema_decay", 1.0),
        ("head_start", 1.5),
        ("cache_margin", 0.9),
        ("workers", -1),
    ],
)
def test_a_value_outside_its_range_is_refused_by_name(key: str, value: float) -> None:
    values: dict[str, Any] = {key: value}
    with pytest.raises(ConfigError, match=f"{key} is {value}"):
        FinetuneConfig(**values)


@pytest.mark.parametrize(("key", "value"), [("hue", 0.7), ("crop_scale_min", 0.0), ("jpeg_quality_min", 100)])
def test_an_augmentation_outside_its_range_is_refused_by_name(key: str, value: float) -> None:
    values: dict[str, Any] = {key: value}
    with pytest.raises(ConfigError, match=f"{key} is {value}"):
        AugmentConfig(**values)
