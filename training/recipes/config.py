"""Settings of the network and its fit: sections `[model]`, `[frozen]` and `[kernel]` of a run's TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from training.finetune.config import FinetuneConfig
from training.foreground.config import ForegroundConfig
from training.recipes.photo_variants import require_copies
from vision.config.read import setting
from vision.errors import ConfigError
from vision.inputs import Filter, InputGeometry

_MIN_WIDTH = 0.3  # below, the path integral of the evidence takes more than its eight nodes to be exact


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """The network, its initial weights and its input."""

    recipe: Literal["frozen", "finetune"] = setting(
        "frozen", help="'frozen': fit a head on cached features of the backbone; 'finetune': train the whole network"
    )
    backbone: str = setting("tf_efficientnet_lite0", help="a timm model")
    pretrained: str = setting("package", help="source of the backbone's weights: 'package', 'hub', 'file:PATH', 'none'")
    init: Path | None = setting(None, help="start from the weights in this bundle folder")
    taps: tuple[int, ...] = setting(
        (2, 3, 4), help="feature levels of the backbone that are pooled beside its last feature map"
    )
    head: Literal["linear", "kernel"] = setting(
        "linear",
        help="classifier on the pooled features: 'linear', or 'kernel' (kernel ridge regression)",
    )
    # Not in the repr, by which a checkpoint knows its run: novelty is added after training.
    novelty_weight: float | None = field(
        default=None,
        repr=False,
        metadata={
            "help": "how much novelty lowers the logit, so that one threshold finds counterfeits like the fitted ones "
            "and those that are merely unlike genuine photos; unset or 0: not at all. Without effect where "
            "fine-tuning ends with the linear head that it trains, and on genuine photos alone"
        },
    )
    size_px: int = setting(320, help="side of the network's square input, in pixels")
    letterbox: bool = setting(True, help="keep the photo's aspect ratio and pad with grey, rather than stretch")
    filter: Filter = setting("bicubic", help="resampling filter")

    @property
    def geometry(self) -> InputGeometry:
        """How photos are laid into the input."""
        return InputGeometry(size_px=self.size_px, letterbox=self.letterbox, filter=self.filter)

    def __post_init__(self) -> None:
        if self.novelty_weight is not None and not 0 <= self.novelty_weight <= 10:
            raise ConfigError(f"novelty_weight is {self.novelty_weight}; it is 0 to 10")
        if self.size_px % 32 or self.size_px < 64:
            raise ConfigError(f"size_px is {self.size_px}; it is a multiple of 32, at least 64")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenConfig:
    """Settings of the frozen recipe."""

    c: float = setting(
        0.003, help="inverse L2 penalty of the logistic regression on standardised features (scikit-learn's C)"
    )
    mirror: bool = setting(
        False, help="fit on mirrored photos too; mirroring also mirrors word marks, so only where lettering is no cue"
    )

    def __post_init__(self) -> None:
        if not self.c > 0:
            raise ConfigError(f"c is {self.c}; it is above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelConfig:
    """Settings of the kernel head."""

    width: float = setting(
        1.0,
        help="bandwidth of the Gaussian kernel k(x, y) = exp(-|x - y|² / (2 F width)) on F standardised features; 1 is "
        "the mean squared distance of the fitted photos from their mean",
    )
    ridge: float = setting(
        0.1,
        help="penalty λ of the kernel ridge regression (K + λ diag(1/w)) a = y, w: photo weights; larger is smoother",
    )
    copies: tuple[str, ...] = setting(
        (),
        help="changed copies of each photo that are fitted as well: 'varied_1' to 'varied_4' under changes of random "
        "kind and strength, or one kind for all, such as 'jpeg_50', 'half_size', 'mirrored'; each costs training one "
        "more pass over the photos, and serving nothing",
    )
    steadiness: float | None = setting(
        None,
        help="how much less a feature counts in the kernel where kernel.copies move it: its scale is multiplied by "
        "sqrt(1 + steadiness × r), r: the mean squared change from photo to copy, relative to its variance; not set: "
        "not at all; costs serving nothing",
    )

    def __post_init__(self) -> None:
        require_copies(self.copies)
        if self.steadiness is not None and not self.steadiness > 0:
            raise ConfigError(f"steadiness is {self.steadiness}; it is above 0, or not set")
        if self.steadiness and not self.copies:
            raise ConfigError("steadiness needs copies to see what they move: name some in kernel.copies")
        if not self.width >= _MIN_WIDTH:
            raise ConfigError(f"width is {self.width}; it is {_MIN_WIDTH} or more")
        if not self.ridge > 0:
            raise ConfigError(f"ridge is {self.ridge}; it is above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeConfig:
    """What a recipe reads of a run's settings; `cache` holds features, `threads` decode and compute them."""

    model: ModelConfig
    frozen: FrozenConfig
    kernel: KernelConfig
    finetune: FinetuneConfig
    foreground: ForegroundConfig
    seed: int
    cache: Path
    threads: int

    @property
    def has_kernel(self) -> bool:
        """Whether the head is a kernel head."""
        return self.model.head == "kernel"

    @property
    def refits_head(self) -> bool:
        """Whether fine-tuning ends by fitting the head on the new features: all but the linear one, which it trains."""
        return self.model.head != "linear"
