"""Settings of probabilities and thresholds: section `[calibration]` of a training run's TOML file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from vision.config.read import setting
from vision.errors import ConfigError

SourceName: TypeAlias = Literal["held_out", "out_of_fold", "fold_runs", "other_folds"]
Unguaranteed: TypeAlias = Literal["estimate", "review"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationConfig:
    """Where calibration and thresholds come from, and which error rates they may have."""

    source: Literal["held_out", "out_of_fold", "fold_runs"] = setting(
        "held_out",
        help="which predictions fit the calibration: 'held_out': of the share data.calibrate_share; 'out_of_fold': of "
        "cross-fitted networks, then everything is fitted; 'fold_runs': of a whole run for each fold of the manifest, "
        "then everything is fitted",
    )
    fold_source: Literal["held_out", "out_of_fold", "other_folds"] = setting(
        "held_out",
        help="the source within each of the fold runs, and wherever data.fold is set; 'other_folds': the test "
        "predictions of the other folds' runs, beside this one's folder, so that nothing is held back",
    )
    folds: int = setting(5, help="folds of the cross-fitting")
    alpha: float = setting(0.05, help="maximum share of genuine listings flagged as counterfeit (false positive rate)")
    beta: float = setting(0.05, help="maximum share of counterfeit listings called genuine (false negative rate)")
    support_loss: float = setting(
        0.02, help="share of a product's own listings that may be called unsupported, to reject photos of other goods"
    )
    unguaranteed: Unguaranteed = setting(
        "estimate",
        help="a threshold for which there are too few listings to guarantee its limit: 'estimate' sets it at the "
        "empirical quantile and marks it as an estimate; 'review' puts it out of reach, so that a person decides "
        "(takes source 'held_out')",
    )

    def __post_init__(self) -> None:
        for name, limit in (("alpha", self.alpha), ("beta", self.beta)):
            if not 0 < limit < 1:
                raise ConfigError(f"{name} is {limit}; it is a share of listings between 0 and 1, such as 0.05")
