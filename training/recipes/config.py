"""Settings of the network: section `[model]` of a training run's TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vision.config.read import setting
from vision.errors import ConfigError
from vision.inputs import Filter, InputGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """The network, where its weights come from, and what it is shown."""

    recipe: Literal["frozen", "finetune"] = setting("frozen", help="fit a head on cached features, or train it all")
    backbone: str = setting("tf_efficientnet_lite0", help="a timm model")
    pretrained: str = setting("package", help="'package', 'hub', 'file:PATH' or 'none'")
    init: Path | None = setting(None, help="start from the weights of another bundle's run")
    taps: tuple[int, ...] = setting(
        (2, 3, 4), help="feature levels of the backbone that are pooled beside the last map"
    )
    head: Literal["linear", "kernel"] = setting(
        "linear",
        help="what turns features into a logit: 'linear' weights, or the 'kernel' vote of the photos that were fitted",
    )
    size_px: int = setting(320, help="side of the square that the network sees")
    letterbox: bool = setting(True, help="keep the photo's shape and fill with grey, rather than stretch")
    filter: Filter = setting("bicubic", help="resampling filter")

    @property
    def geometry(self) -> InputGeometry:
        """How photos are laid into the input."""
        return InputGeometry(size_px=self.size_px, letterbox=self.letterbox, filter=self.filter)

    def __post_init__(self) -> None:
        if self.size_px % 32 or self.size_px < 64:
            raise ConfigError(f"size_px is {self.size_px}; it is a multiple of 32, at least 64")
