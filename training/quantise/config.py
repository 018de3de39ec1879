"""Settings of the int8 graph."""

from __future__ import annotations

from dataclasses import dataclass

from vision.config.read import setting
from vision.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantiseConfig:
    """Whether an int8 graph is made, from how many photos, and what stays in float."""

    enabled: bool = setting(
        False,
        help="make an int8 graph beside fp32; it ships if it passes its gate, which needs 700 calibration listings",
    )
    photos: int = setting(96, help="number of fitted photos that calibrate the ranges of the graph's values")
    percentile: float = setting(
        99.999,
        help="range of a feature map: between its percentiles 100 − percentile and percentile; the rest saturates",
    )
    float_convolutions: int = setting(
        3,
        help="convolutions, counted from the input, that stay in float: there int8 saves no time and costs accuracy",
    )

    def __post_init__(self) -> None:
        if self.photos < 1:
            raise ConfigError(f"photos is {self.photos}; it is 1 or more")
        if not 50 < self.percentile <= 100:
            raise ConfigError(f"percentile is {self.percentile}; it is above 50 and at most 100")
        if self.float_convolutions < 0:
            raise ConfigError(f"float_convolutions is {self.float_convolutions}; it is 0 or more")
