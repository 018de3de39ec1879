"""The settings of the fine-tuning recipe: section `[finetune]` of a training run's TOML file."""

from dataclasses import dataclass
from typing import Literal

from vision.config.read import setting
from vision.errors import ConfigError

Balance = Literal["none", "label", "product"]
Precision = Literal["auto", "fp32", "bf16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """How a photo is augmented; a share is the probability of an augmentation."""

    flip: bool = setting(
        True,
        help="mirror half of the photos; turn off where mirrored lettering is a cue",
    )
    crop_px: int | None = setting(
        None, help="side of the training crops in pixels, a multiple of 32; not set: the side of the input"
    )
    crop_scale_min: float = setting(0.6, help="minimum share of the photo's area in a random crop")
    crop_ratio_max: float = setting(1.18, help="maximum change of aspect ratio of a random crop, in either direction")
    rotation_deg: float = setting(15.0, help="maximum rotation in either direction, in degrees")
    brightness: float = setting(0.3, help="maximum relative change of brightness")
    contrast: float = setting(0.3, help="maximum relative change of contrast")
    saturation: float = setting(0.2, help="maximum relative change of saturation")
    hue: float = setting(
        0.03, help="maximum shift on the hue circle (0.5 is the opposite colour); applied to 30 % of photos"
    )
    downscale_share: float = setting(0.2, help="share of photos that are downscaled and enlarged again")
    downscale_min: float = setting(0.5, help="minimum side of a downscaled photo, relative to its own")
    blur_share: float = setting(0.1, help="share of photos that are blurred")
    blur_sigma_px: float = setting(
        1.5, help="maximum standard deviation of the Gaussian blur, in pixels of the network's input"
    )
    jpeg_share: float = setting(0.3, help="share of photos that are recompressed as JPEG")
    jpeg_quality_min: int = setting(40, help="minimum JPEG quality, 1 to 95; the maximum is 95")
    erase_share: float = setting(
        0.1, help="share of photos with a random rectangle erased to grey (random erasing, Zhong et al. 2017)"
    )

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
    """How the whole network is trained; a batch and a step are those of all processes together."""

    epochs: int = setting(12, help="passes over the photos; the learning rate follows half a cosine over all of them")
    batch_size: int = setting(32, help="photos per step, over all processes together")
    lr_body: float = setting(3e-4, help="peak learning rate of the backbone")
    lr_head: float = setting(1e-4, help="peak learning rate of the head, which starts fitted")
    head_start: float = setting(
        0.3,
        help="initial head: the frozen recipe's weights times this factor. Fitted on the same photos, they are "
        "overconfident on them, which leaves the backbone little gradient",
    )
    weight_decay: float = setting(0.02, help="weight decay of AdamW; none on norms and biases")
    warmup_share: float = setting(0.1, help="share of all steps over which the learning rate rises linearly from 0")
    label_smoothing: float = setting(0.1, help="label smoothing ε: targets are 1 − ε/2 and ε/2, 0 to below 1")
    clip_norm: float = setting(2.0, help="maximum L2 norm of the gradient; larger gradients are scaled down to it")
    ema_decay: float = setting(
        0.995,
        help="decay of the exponential moving average of the weights; at step t: min(ema_decay, (1 + t) / (10 + t))",
    )
    freeze_stages: int = setting(
        0, help="number of backbone stages, from the input on, whose weights and statistics stay frozen"
    )
    freeze_norm: bool = setting(False, help="keep the running statistics of every batch norm frozen")
    balance: Balance = setting(
        "product", help="which groups get equal weight: none, both labels, or both labels within each product as well"
    )
    listing_cap: int = setting(
        12, help="maximum weight of a listing, in photos: a larger one weighs as much as one with this many"
    )
    patience: int = setting(
        4,
        help="early stopping: epochs without a better listing AUROC on the share data.stop_share; 0: never stop early",
    )
    blend: bool = setting(
        True, help="ensemble: ship the mean of the frozen recipe's logit and the fine-tuned network's"
    )
    consistency: float | None = setting(
        None,
        help="weight of the consistency term: photos come with a changed copy each (light, size, crop, watermark, "
        "screenshot, JPEG, and another background where the manifest has boxes or masks), and the share of variance "
        "between the two adds to the loss; not set: no copies. With copies a step takes twice the time",
    )
    augment: AugmentConfig = setting(factory=AugmentConfig, help="augmentation")
    members: int = setting(
        1,
        help="number of networks trained with different seeds, whose mean logit ships; each costs a whole training, "
        "and in serving a pass through the stages that are not frozen",
    )
    cache_margin: float = setting(
        1.15, help="side of the cached photos relative to the input, which leaves room for crops"
    )
    workers: int | None = setting(
        None, help="data loader processes per training process; not set: chosen by the number of cores"
    )
    precision: Precision = setting("auto", help="auto: bf16 where CUDA computes it in hardware, fp32 elsewhere")
    compile: bool = setting(
        False, help="compile the network with torch.compile: takes minutes at the start, and makes steps faster"
    )
    device: str = setting("auto", help="auto (CUDA where there is one, else CPU), or a torch device such as cuda:1")
    checkpoint_minutes: float = setting(5.0, help="maximum minutes between two checkpoints; each epoch ends with one")

    def __post_init__(self) -> None:
        for key in ("epochs", "batch_size", "listing_cap", "members"):
            _require(getattr(self, key) >= 1, key, getattr(self, key), "1 or more")
        for key in ("lr_body", "lr_head", "clip_norm"):
            _require(getattr(self, key) > 0, key, getattr(self, key), "above 0")
        for key in ("weight_decay", "freeze_stages", "patience", "checkpoint_minutes"):
            _require(getattr(self, key) >= 0, key, getattr(self, key), "0 or more")
        _require(self.consistency is None or self.consistency > 0, "consistency", self.consistency, "above 0")
        _require(0 <= self.head_start <= 1, "head_start", self.head_start, "0 to 1")
        for key in ("warmup_share", "label_smoothing", "ema_decay"):
            _require(0 <= getattr(self, key) < 1, key, getattr(self, key), "0 to below 1")
        _require(1 <= self.cache_margin <= 2, "cache_margin", self.cache_margin, "1 to 2")
        _require(self.workers is None or self.workers >= 0, "workers", self.workers, "0 or more")


def _require(holds: bool, key: str, value: object, allowed: str) -> None:
    if not holds:
        raise ConfigError(f"{key} is {value}: give {allowed}")
