"""Settings of recipes on the smallest network of timm."""

from __future__ import annotations

from pathlib import Path

from training.finetune.config import FinetuneConfig
from training.foreground.config import ForegroundConfig
from training.recipes.config import FrozenConfig, KernelConfig, ModelConfig, RecipeConfig

TINY_MODEL = ModelConfig(backbone="test_efficientnet", pretrained="none", taps=(1, 2), size_px=64)


def recipe_config(
    cache: Path,
    *,
    model: ModelConfig = TINY_MODEL,
    frozen: FrozenConfig | None = None,
    kernel: KernelConfig | None = None,
    finetune: FinetuneConfig | None = None,
    foreground: ForegroundConfig | None = None,
) -> RecipeConfig:
    return RecipeConfig(
        model=model,
        frozen=frozen or FrozenConfig(c=0.01),
        kernel=kernel or KernelConfig(),
        finetune=finetune or FinetuneConfig(epochs=1, batch_size=16, workers=0, device="cpu"),
        foreground=foreground or ForegroundConfig(source="none"),
        seed=0,
        cache=cache,
        threads=1,
    )
