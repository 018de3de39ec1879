"""Settings of probabilities and thresholds: section `[calibration]` of a training run's TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from vision.config.read import setting
from vision.errors import ConfigError

CalibrationSource: TypeAlias = Literal["held_out", "out_of_fold", "fold_runs", "other_folds"]
Unguaranteed: TypeAlias = Literal["estimate", "review"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationConfig:
    """Where probabilities and thresholds come from, and which errors they may make."""

    source: Literal["held_out", "out_of_fold", "fold_runs"] = setting(
        "held_out",
        help="'held_out': the calibrate share; 'out_of_fold': cross-fitting, then everything is fitted; "
        "'fold_runs': each fold of the manifest is a whole run of its own first, then everything is fitted",
    )
    fold_source: Literal["held_out", "out_of_fold", "other_folds"] = setting(
        "held_out",
        help="the source within each of the fold runs, and wherever data.fold is set; 'other_folds': what the runs of "
        "the other folds, beside this one's folder, said of their own, so that nothing is held back",
    )
    folds: int = setting(5, help="folds of the cross-fitting")
    alpha: float = setting(0.05, help="largest share of genuine listings that may be flagged")
    beta: float = setting(0.05, help="largest share of counterfeit listings that may pass")
    support_loss: float = setting(
        0.02, help="share of a product's own listings that may be called unsupported, to keep other goods out"
    )
    unguaranteed: Unguaranteed = setting(
        "estimate",
        help="a threshold whose limit the listings can't guarantee: 'estimate' sets it all the same and calls it an "
        "estimate; 'review' puts it where nothing passes it, so that a person decides (takes source 'held_out')",
    )

    def __post_init__(self) -> None:
        for name, limit in (("alpha", self.alpha), ("beta", self.beta)):
            if not 0 < limit < 1:
                raise ConfigError(f"{name} is {limit}; it is a share of listings between 0 and 1, such as 0.05")
