"""Settings of the network and its heads."""

from pathlib import Path

import pytest

from training.finetune.config import FinetuneConfig
from training.foreground.config import ForegroundConfig
from training.recipes.config import FrozenConfig, KernelConfig, ModelConfig, RecipeConfig
from vision.errors import ConfigError


@pytest.mark.parametrize("size_px", [0, 32, 100, 321])
def test_a_side_is_a_multiple_of_32_from_64_on(size_px: int) -> None:
    with pytest.raises(ConfigError, match=f"size_px is {size_px}"):
        ModelConfig(size_px=size_px)


def test_the_geometry_is_that_of_the_settings() -> None:
    geometry = ModelConfig(size_px=448, letterbox=False, filter="box").geometry
    assert (geometry.size_px, geometry.letterbox, geometry.filter) == (448, False, "box")


@pytest.mark.parametrize("c", [0.0, -1.0, float("nan")])
def test_the_penalty_s_inverse_is_positive(c: float) -> None:
    with pytest.raises(ConfigError, match=r"c is .*; it is above 0"):
        FrozenConfig(c=c)


def test_only_a_kernel_head_has_a_kernel() -> None:
    def recipe(model: ModelConfig) -> RecipeConfig:
        return RecipeConfig(
            model=model,
            frozen=FrozenConfig(),
            kernel=KernelConfig(),
            finetune=FinetuneConfig(),
            foreground=ForegroundConfig(),
            seed=0,
            cache=Path("cache"),
            threads=1,
        )

    assert not recipe(ModelConfig()).has_kernel
    assert recipe(ModelConfig(head="kernel")).has_kernel


def test_older_checkpoints_are_resumed_since_they_hold_these_texts() -> None:
    # finetune_recipe writes both into every checkpoint: another text is another run
    assert repr(FrozenConfig()) == "FrozenConfig(c=0.003, mirror=False)"
    assert repr(ModelConfig()) == (
        "ModelConfig(recipe='frozen', backbone='tf_efficientnet_lite0', pretrained='package', init=None, "
        "taps=(2, 3, 4), head='linear', size_px=320, letterbox=True, filter='bicubic')"
    )


@pytest.mark.parametrize("weight", [-0.1, 11.0])
def test_a_novelty_weight_that_turns_the_logit_round_or_drowns_it_is_refused(weight: float) -> None:
    with pytest.raises(ConfigError, match="novelty_weight"):
        ModelConfig(novelty_weight=weight)
