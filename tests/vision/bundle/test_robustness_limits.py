"""The limits of a configuration."""

from __future__ import annotations

import pytest

from vision.bundle.robustness_limits import RobustnessLimits
from vision.config.read import configure
from vision.errors import ConfigError


def test_the_defaults_are_those_that_a_bundle_must_reach() -> None:
    limits = RobustnessLimits()
    assert (limits.verdicts_changed, limits.verdicts_reversed, limits.auroc_fall) == (0.05, 0.0, 0.015)
    assert (limits.evidence_inside, limits.painted_out_by_chance) == (0.95, True)


@pytest.mark.parametrize("key", ["verdicts_changed", "verdicts_reversed", "auroc_fall", "evidence_inside"])
def test_a_limit_is_a_share(key: str) -> None:
    with pytest.raises(ConfigError, match=f"{key} is 5.0: give a share, 0 to 1"):
        configure(RobustnessLimits, {key: 5.0})


def test_a_figure_takes_a_listing() -> None:
    with pytest.raises(ConfigError, match="listings is 0: give 1 or more"):
        RobustnessLimits(listings=0)
