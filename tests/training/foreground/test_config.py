"""The section `[foreground]`: its sources, and what a wrong one says."""

from __future__ import annotations

import pytest

from training.foreground.config import ForegroundConfig
from vision.config.convert import build_section
from vision.errors import ConfigError


def test_by_default_the_best_source_of_each_photo_counts() -> None:
    assert ForegroundConfig().source == "auto"


@pytest.mark.parametrize("source", ["auto", "mask", "box", "saliency", "none"])
def test_a_source_is_read(source: str) -> None:
    assert build_section(ForegroundConfig, {"source": source}, "foreground").source == source


def test_an_unknown_source_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="saliency"):
        build_section(ForegroundConfig, {"source": "boxes"}, "foreground")
