"""A sweep names its variants so that each can have a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.sweep import variants_of
from vision.errors import ConfigError


@pytest.mark.parametrize("name", ["comparison", "lock", "'../up'", "'.hidden'", "'a.toml'", "''"])
def test_a_name_that_is_no_folder_of_its_own_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="can't name a run folder"):
        variants_of(tmp_path, f"[variants.{name}]")


def test_a_sweep_has_variants_and_its_baseline_is_one_of_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="variants: required"):
        variants_of(tmp_path, "")
    with pytest.raises(ConfigError, match="variants: at least one is needed"):
        variants_of(tmp_path, "[variants]")
    with pytest.raises(ConfigError, match="baseline: 'c' is none of the variants a"):
        variants_of(tmp_path, "[variants.a]", "baseline = 'c'")
