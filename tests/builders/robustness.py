"""A robustness summary within all default limits, and one with chosen figures."""

from __future__ import annotations

from vision.binomial import wilson_bounds
from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.robustness import (
    ChangedVerdicts,
    EvidenceInside,
    OtherBackground,
    PaintedOut,
    RobustnessSummary,
)
from vision.bundle.robustness_limits import RobustnessLimits


def share(hits: int, n: int) -> MeasuredShare:
    low, high = wilson_bounds(hits, n)
    return MeasuredShare(value=hits / n, low=low, high=high, hits=hits, n=n)


def value(middle: float, reach: float = 0.02) -> MeasuredValue:
    return MeasuredValue(value=middle, low=middle - reach, high=middle + reach)


def robustness_summary(
    *,
    changed: int = 1,
    flipped: int = 0,
    listings: int = 100,
    fall: float = 0.01,
    painted_out: float = 0.51,
    with_logit: int | None = None,
    inside: float = 0.97,
    limits: RobustnessLimits | None = None,
) -> RobustnessSummary:
    """So many of `listings` verdicts change under a crop, and so on; the defaults are within all limits."""
    return RobustnessSummary(
        limits=limits or RobustnessLimits(),
        listings=listings,
        changes=(
            ChangedVerdicts(
                change="jpeg_30",
                name="JPEG quality 30",
                bounded=False,
                changed=share(listings // 2, listings),
                flipped=share(0, listings),
            ),
            ChangedVerdicts(
                change="crop",
                name="crop",
                bounded=True,
                changed=share(changed, listings),
                flipped=share(flipped, listings),
            ),
        ),
        other_background=OtherBackground(
            listings=listings,
            auroc_before=value(0.9),
            auroc=value(0.9 - fall),
            fall=value(fall),
            product_from="mask",
        ),
        painted_out=PaintedOut(
            listings=listings, with_logit=listings if with_logit is None else with_logit, auroc=value(painted_out)
        ),
        evidence_inside=EvidenceInside(
            listings=listings, photos=3 * listings, share=value(inside), if_even=0.6, product_from="mask"
        ),
    )
