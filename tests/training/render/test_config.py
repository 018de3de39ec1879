"""The render configuration says what is wrong with it."""

from pathlib import Path

import pytest

from training.render.config import RenderConfig
from vision.config.read import read_config
from vision.errors import ConfigError

TOML = """
folder = "x"
seed = 1
[splits.train]
genuine = 1
[splits.train.counterfeit]
amber = 2
[splits.val]
genuine = 0
[splits.val.counterfeit]
[splits.test]
genuine = 0
[splits.test.counterfeit]
"""


def read(folder: Path, *overrides: str) -> RenderConfig:
    path = folder / "render.toml"
    path.write_text(TOML)
    return read_config(RenderConfig, path, overrides)


def test_a_configuration_counts_its_listings(tmp_path: Path) -> None:
    assert read(tmp_path).splits.train.listings == 3


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("splits.test.counterfeit.zebra=1", "zebra"),
        ("splits.test.genuine=-1", "fewer than 0"),
        ("size_px=32", "64 to 1024"),
        ("samples_per_pixel=0", "1 to 1024"),
        ("workers=-1", "negative"),
        ("sizepx=320", "size_px"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path: Path, override: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read(tmp_path, override)
