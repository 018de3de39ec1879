"""How far a bundle's verdicts may hang on more than the product: the limits, and what lies beyond one."""

from __future__ import annotations

from dataclasses import dataclass

from vision.config.read import setting
from vision.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessLimits:
    """Limits on what was measured with changed copies of test listings; a bundle beyond one is marked so."""

    verdicts_changed: float = setting(
        0.05,
        help="maximum share of verdicts that one change moves: JPEG 50, half size, 30 % darker or brighter, crop, "
        "watermark, screenshot, another background",
    )
    verdicts_reversed: float = setting(
        0.0, help="maximum share of verdicts that one of these changes takes from genuine to counterfeit or back"
    )
    auroc_fall: float = setting(0.015, help="maximum fall of the listing AUROC before other backgrounds")
    painted_out_by_chance: bool = setting(
        True,
        help="with the product painted out, the 95 % interval of the logits' AUROC must contain 0.5: what is left of "
        "the photos must not tell the labels apart",
    )
    evidence_inside: float = setting(
        0.95, help="minimum share of the evidence, by absolute value, in places that show the product"
    )
    listings: int = setting(30, help="minimum listings of a figure; fewer hold no limit: the figure is not measured")

    def __post_init__(self) -> None:
        for key in ("verdicts_changed", "verdicts_reversed", "auroc_fall", "evidence_inside"):
            value = getattr(self, key)
            if not 0 <= value <= 1:
                raise ConfigError(f"{key} is {value}: give a share, 0 to 1")
        if self.listings < 1:
            raise ConfigError(f"listings is {self.listings}: give 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A limit by its key in `[robustness]`, and what lies beyond it and by how much, in words."""

    limit: str
    text: str
