"""The JSON of drift: the latest windows of checks beside each bundle's validation sample."""

from __future__ import annotations

from pydantic import Field

from serving.schemas.checks import Answered, BundleUsed


class DriftMeasure(Answered):
    """One measure of a window beside validation: shares in bins of equal validation share, between `edges`."""

    measure: str = Field(description="Name of the measure.")
    psi: float = Field(description="Population stability index; by custom 0.1 is some shift and 0.25 much.")
    psi_by_chance: float = Field(description="What it is on average where nothing changed.")
    p_value: float = Field(description="Of the two-sample Kolmogorov-Smirnov test.")
    shifted: bool = Field(description="Below false_alarms_per_window divided by the number of measures.")
    edges: list[float] = Field(description="Edges between the bins, from the validation sample.")
    validation_shares: list[float] = Field(description="Share of the validation sample in each bin.")
    window_shares: list[float] = Field(description="Share of the window in each bin.")


class DriftWindow(Answered):
    """A window that was tested: `listings` compared, of `seen` that came; `alarm` where a measure shifted."""

    opened_at: str = Field(description="When its first listing came, in UTC.")
    closed_at: str = Field(description="When it was tested, in UTC.")
    listings: int = Field(description="How many listings were compared.")
    seen: int = Field(description="How many came while it was open.")
    alarm: bool = Field(description="Whether a measure shifted.")
    measures: list[DriftMeasure] = Field(description="Measure by measure.")


class BundleDrift(Answered):
    """The windows of one bundle since it serves, newest first."""

    bundle: BundleUsed = Field(description="The bundle.")
    validation_listings: int | None = Field(description="Null where the bundle has no validation sample.")
    measures: list[str] = Field(description="Names of the measures that its validation sample has.")
    window_listings: int = Field(description="How many listings a window has.")
    window_s: float = Field(description="How long a window lasts at least, in seconds.")
    false_alarms_per_window: float = Field(
        description="What the test is set to, not a measured rate: windows with an alarm where nothing changed."
    )
    filled: int = Field(description="Listings in the open window.")
    windows: list[DriftWindow] = Field(description="The latest windows that were tested, newest first.")


class Drift(Answered):
    """Drift of every bundle that serves."""

    bundles: list[BundleDrift] = Field(description="One for each bundle that serves.")
