"""A tiny rendered data set for tests."""

from pathlib import Path

from training.render.config import RenderConfig, SplitConfig, SplitsConfig
from training.render.product.makers import MAKERS


def small_config(
    folder: Path, *, genuine: int = 1, makers: dict[str, int] | None = None, seed: int = 3
) -> RenderConfig:
    nothing = SplitConfig(genuine=0, counterfeit={})
    train = SplitConfig(genuine=genuine, counterfeit={"cedar": 1} if makers is None else makers)
    splits = SplitsConfig(train=train, val=nothing, test=nothing)
    return RenderConfig(folder=folder, seed=seed, size_px=96, samples_per_pixel=1, workers=1, splits=splits)


def many_listings(folder: Path, *, each: int) -> RenderConfig:
    """Give a configuration with `each` genuine listings a split and as many counterfeit ones."""
    split = SplitConfig(genuine=each, counterfeit={name: each // len(MAKERS) for name in MAKERS})
    return RenderConfig(folder=folder, seed=11, splits=SplitsConfig(train=split, val=split, test=split))
