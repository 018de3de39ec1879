"""The settings of the fine-tuning recipe: section `[finetune]` of a training run's TOML file."""

from dataclasses import dataclass
from typing import Literal

from vision.config.read import setting
from vision.errors import ConfigError

Balance = Literal["none", "label", "product"]
Precision = Literal["auto", "fp32", "bf16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """How a photo is varied before the network learns from it; a share is the part of photos that it happens to."""

    flip: bool = setting(True, help="mirror half of the photos; turn off where mirrored lettering is a cue")
    crop_px: int | None = setting(
        None, help="Side of the crops that are learned from, a multiple of 32; not set: the side of the input."
    )
    crop_scale_min: float = setting(0.6, help="smallest part of the photo's area that a random crop keeps")
    crop_ratio_max: float = setting(1.18, help="largest stretch of a random crop, in either direction")
    rotation_deg: float = setting(15.0, help="largest rotation either way, in degrees")
    brightness: float = setting(0.3, help="largest relative change of brightness")
    contrast: float = setting(0.3, help="largest relative change of contrast")
    saturation: float = setting(0.2, help="largest relative change of saturation")
    hue: float = setting(0.03, help="largest turn of the hue circle (0.5 is opposite); applied to 30 % of photos")
    downscale_share: float = setting(0.2, help="share of photos that lose detail by shrinking and enlarging")
    downscale_min: float = setting(0.5, help="smallest side that such a photo shrinks to, relative to its own")
    blur_share: float = setting(0.1, help="share of photos that are blurred")
    blur_sigma_px: float = setting(1.5, help="strongest blur, in pixels of the network's input")
    jpeg_share: float = setting(0.3, help="share of photos that are compressed again as JPEG")
    jpeg_quality_min: int = setting(40, help="lowest JPEG quality, 1 to 95; the highest is 95")
    erase_share: float = setting(0.1, help="share of photos that lose a small grey rectangle")

    def __post_init__(self) -> None:
        _require(
            self.crop_px is None or (self.crop_px >= 64 and self.crop_px % 32 == 0),
            "crop_px",
            self.crop_px,
            "a multiple of 32, at least 64",
        )
        _require(0 < self.crop_scale_min <= 1, "crop_scale_min", self.crop_scale_min, "above 0, up to 1")
        _require(self.crop_ratio_max >= 1, "crop_ratio_max", self.crop_ratio_max, "1 or more")
        _require(0 <= self.rotation_deg <= 180, "rotation_deg", self.rotation_deg, "0 to 180")
        _require(0 <= self.hue <= 0.5, "hue", self.hue, "0 to 0.5")
        _require(0 < self.downscale_min <= 1, "downscale_min", self.downscale_min, "above 0, up to 1")
        _require(self.blur_sigma_px > 0, "blur_sigma_px", self.blur_sigma_px, "above 0")
        _require(1 <= self.jpeg_quality_min <= 95, "jpeg_quality_min", self.jpeg_quality_min, "1 to 95")
        for key in ("brightness", "contrast", "saturation", "downscale_share", "blur_share", "jpeg_share"):
            _require(0 <= getattr(self, key) <= 1, key, getattr(self, key), "0 to 1")
        _require(0 <= self.erase_share <= 1, "erase_share", self.erase_share, "0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetuneConfig:
    """How the whole network learns; a batch and a step are those of all processes together."""

    epochs: int = setting(12, help="passes over the photos; the learning rate falls over all of them")
    batch_size: int = setting(32, help="photos a step, over all processes together")
    lr_body: float = setting(3e-4, help="highest learning rate of the backbone")
    lr_head: float = setting(1e-4, help="highest learning rate of the head, which starts fitted")
    head_start: float = setting(
        0.3,
        help="part of the frozen recipe's weights that the head starts with: fitted on the same photos, it is surer "
        "than it should be, and leaves the body nothing to learn",
    )
    weight_decay: float = setting(0.02, help="AdamW's weight decay; norms and biases have none")
    warmup_share: float = setting(0.1, help="share of all steps over which the learning rate rises from 0")
    label_smoothing: float = setting(0.1, help="part of each target that goes to the even answer, 0 to below 1")
    clip_norm: float = setting(2.0, help="largest norm of the gradient; longer ones are shortened to it")
    ema_decay: float = setting(0.995, help="how much of the averaged weights each step keeps, once warmed up")
    freeze_stages: int = setting(0, help="how many stages, from the photo on, keep their weights and statistics")
    freeze_norm: bool = setting(False, help="keep the statistics of every batch norm as they came")
    balance: Balance = setting(
        "product", help="which groups weigh alike: none, both labels, or both labels within each product as well"
    )
    listing_cap: int = setting(12, help="a listing with more photos weighs as much as one with this many")
    patience: int = setting(4, help="stop after so many epochs without a better stop AUROC; 0: never")
    blend: bool = setting(
        True, help="Ship the mean of the frozen recipe's logit and the fine-tuned network's: they err in other places."
    )
    augment: AugmentConfig = setting(factory=AugmentConfig, help="how photos are varied")
    members: int = setting(
        1,
        help="Networks that are trained, each by a seed of its own, and ship as the mean of their logits: each takes a "
        "whole training, and serving a pass through what is behind the frozen stages.",
    )
    cache_margin: float = setting(1.15, help="side of the cached photos relative to the input: room for crops")
    workers: int | None = setting(None, help="processes that augment, per training process; not set: by the machine")
    precision: Precision = setting("auto", help="auto: bf16 on CUDA that computes it in hardware, fp32 elsewhere")
    compile: bool = setting(False, help="compile the network with torch.compile: minutes at first, faster after")
    device: str = setting("auto", help="auto (CUDA where there is one, else CPU), or a torch device such as cuda:1")
    checkpoint_minutes: float = setting(5.0, help="longest time between two checkpoints; each epoch ends with one")

    def __post_init__(self) -> None:
        for key in ("epochs", "batch_size", "listing_cap", "members"):
            _require(getattr(self, key) >= 1, key, getattr(self, key), "1 or more")
        for key in ("lr_body", "lr_head", "clip_norm"):
            _require(getattr(self, key) > 0, key, getattr(self, key), "above 0")
        for key in ("weight_decay", "freeze_stages", "patience", "checkpoint_minutes"):
            _require(getattr(self, key) >= 0, key, getattr(self, key), "0 or more")
        _require(0 <= self.head_start <= 1, "head_start", self.head_start, "0 to 1")
        for key in ("warmup_share", "label_smoothing", "ema_decay"):
            _require(0 <= getattr(self, key) < 1, key, getattr(self, key), "0 to below 1")
        _require(1 <= self.cache_margin <= 2, "cache_margin", self.cache_margin, "1 to 2")
        _require(self.workers is None or self.workers >= 0, "workers", self.workers, "0 or more")


def _require(holds: bool, key: str, value: object, allowed: str) -> None:
    if not holds:
        raise ConfigError(f"{key} is {value}: give {allowed}")
