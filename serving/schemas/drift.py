"""The JSON of drift: the latest windows of checks beside each bundle's validation sample."""

from __future__ import annotations

from pydantic import Field

from serving.schemas.checks import Answered, BundleUsed


class DriftMeasure(Answered):
    """One measure of a window beside validation: shares in bins of equal validation share, between `edges`."""

    measure: str
    psi: float = Field(description="Population stability index; by custom 0.1 is some shift and 0.25 much.")
    psi_by_chance: float = Field(description="What it is on average where nothing changed.")
    p_value: float = Field(description="Of the two-sample Kolmogorov-Smirnov test.")
    shifted: bool = Field(description="Below false_alarms_per_window divided by the number of measures.")
    edges: list[float]
    validation_shares: list[float]
    window_shares: list[float]


class DriftWindow(Answered):
    """A window that was tested: `listings` compared, of `seen` that came; `alarm` where a measure shifted."""

    opened_at: str
    closed_at: str
    listings: int
    seen: int
    alarm: bool
    measures: list[DriftMeasure]


class BundleDrift(Answered):
    """The windows of one bundle since it serves, newest first."""

    bundle: BundleUsed
    validation_listings: int | None = Field(description="Null where the bundle has no validation sample.")
    measures: list[str]
    window_listings: int
    window_s: float
    false_alarms_per_window: float
    filled: int = Field(description="Listings in the open window.")
    windows: list[DriftWindow]


class Drift(Answered):
    bundles: list[BundleDrift]
