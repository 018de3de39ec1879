"""Settings of `touchstone render`: folder, seed, size, and how many listings of which maker go to which split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.render.product.makers import MAKERS
from vision.config.read import setting
from vision.errors import ConfigError

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitConfig:
    """One split's listings."""

    genuine: int = setting(help="Genuine listings.")
    counterfeit: dict[str, int] = setting(help="Counterfeit listings of each maker, by the maker's name.")

    def __post_init__(self) -> None:
        """Refuse unknown makers and negative numbers."""
        unknown = sorted(set(self.counterfeit) - set(MAKERS))
        if unknown:
            raise ConfigError(f"no maker is called {unknown[0]!r}; the makers are {', '.join(MAKERS)}")
        if min(self.genuine, *self.counterfeit.values(), 0) < 0:
            raise ConfigError("a split cannot have fewer than 0 listings")

    @property
    def listings(self) -> int:
        """How many listings the split has."""
        return self.genuine + sum(self.counterfeit.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitsConfig:
    """The three splits; a maker that only `test` names is held out from training."""

    train: SplitConfig = setting(help="Training set.")
    val: SplitConfig = setting(help="Early stopping and calibration set.")
    test: SplitConfig = setting(help="Test set.")

    def named(self) -> Mapping[str, SplitConfig]:
        """Give the splits by name, in the order of SPLITS."""
        return {"train": self.train, "val": self.val, "test": self.test}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderConfig:
    """One rendered data set."""

    folder: Path = setting(help="Folder of photos, masks and manifest.csv.")
    seed: int = setting(help="The same seed gives the same photos on one machine.")
    size_px: int = setting(320, help="Side of the square photos.")
    samples_per_pixel: int = setting(4, help="Light paths a pixel, before denoising.")
    workers: int = setting(0, help="Processes that render; 0 takes every core.")
    splits: SplitsConfig = setting(help="How many listings each split has.")

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be rendered."""
        if not 64 <= self.size_px <= 1024:
            raise ConfigError(f"size_px is {self.size_px}; choose 64 to 1024")
        if not 1 <= self.samples_per_pixel <= 1024:
            raise ConfigError(f"samples_per_pixel is {self.samples_per_pixel}; choose 1 to 1024")
        if self.workers < 0 or self.seed < 0:
            raise ConfigError("workers and seed cannot be negative")
