from pathlib import Path

import pytest

from benchmarks.detection.held_out_makers import figures, kept_file
from training.pipeline.config import TrainConfig
from vision.config.read import read_config

HAIR_DRYERS = Path(__file__).parents[3] / "configs" / "hair-dryers.toml"


def test_a_maker_is_ranked_against_all_genuine_listings_alone() -> None:
    listings: dict[str, tuple[str | None, float]] = {
        "g0": (None, 2.0), "g1": (None, 1.0), "a0": ("a", 0.0), "a1": ("a", 1.5), "b0": ("b", 9.0),
    }  # fmt: skip
    value, found, line = figures(listings, "a")
    assert value == pytest.approx(3 / 4)
    assert found == 0.5, "one of the two lies below both genuine listings"
    assert line.startswith("0.750 [")
    assert figures(listings, "b")[0] == 0.0


def test_logits_are_kept_for_one_configuration_and_one_choice_of_makers() -> None:
    settings: tuple[list[str], ...] = ([], ["model.head=linear"], ["model.recipe=frozen"])
    configs = [read_config(TrainConfig, HAIR_DRYERS, overrides) for overrides in settings]
    files = {kept_file(config, makers) for config in configs for makers in ((), ("amber",), ("amber", "basil"))}
    assert len(files) == 9
    assert kept_file(configs[0], ("amber",)) == kept_file(read_config(TrainConfig, HAIR_DRYERS, []), ("amber",))
