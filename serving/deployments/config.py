"""The settings by which bundles are loaded for serving."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from serving.deployments.robustness_rule import RobustnessRule
from vision.config.read import setting
from vision.errors import ConfigError
from vision.photo.decode import PhotoLimits


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProductSettings:
    """Settings of one product, beside those in its bundle."""

    counterfeit_share: float | None = setting(
        None,
        help="Share of counterfeits among the listings sent, above 0 and below 1; changes authenticity, not outcomes.",
    )

    def __post_init__(self) -> None:
        if self.counterfeit_share is not None and not 0 < self.counterfeit_share < 1:
            raise ConfigError(f"counterfeit_share: must lie above 0 and below 1, got {self.counterfeit_share}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BatchingSettings:
    """Dynamic batching: when photos of several checks share one run of the network. Not measured on a GPU."""

    mode: Literal["auto", "on", "off"] = setting(
        "auto", help="`auto` batches unless the first provider is the CPU, on which batching only costs time."
    )
    longest_wait_ms: float = setting(
        2.0,
        help="Maximum milliseconds that a photo waits for others; it waits only while photos arrive within this time "
        "of each other.",
    )
    most_photos: int = setting(16, help="Maximum photos in one run; there are never more than compute threads.")

    def __post_init__(self) -> None:
        if not 0 <= self.longest_wait_ms <= 1000:
            raise ConfigError(f"batching.longest_wait_ms: must be 0 to 1000, got {self.longest_wait_ms}")
        if not 1 <= self.most_photos <= 1024:
            raise ConfigError(f"batching.most_photos: must be 1 to 1024, got {self.most_photos}")

    def applies_to(self, provider: str) -> bool:
        """Whether photos are batched where this provider comes first."""
        return self.mode == "on" or (self.mode == "auto" and provider != "CPUExecutionProvider")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BundleOptions:
    """The settings that apply to every bundle; `products` is by product name, for all bundles together."""

    providers: tuple[str, ...]
    products: Mapping[str, ProductSettings]
    photo_limits: PhotoLimits
    batching: BatchingSettings
    robustness: RobustnessRule = "mark"
