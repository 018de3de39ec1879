"""The example of a bundle's robustness says of its figures what a server says of them."""

from __future__ import annotations

import math

from serving.routes.bundles.robustness import describe_robustness
from serving.routes.openapi.examples_robustness import ROBUSTNESS_EXAMPLE
from serving.schemas.robustness import BundleRobustness
from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.robustness import (
    ChangedVerdicts,
    EvidenceInside,
    OtherBackground,
    PaintedOut,
    RobustnessSummary,
)
from vision.bundle.robustness_limits import RobustnessLimits

UNDEFINED = MeasuredValue(value=math.nan, low=math.nan, high=math.nan)


def value(middle: float, low: float, high: float) -> MeasuredValue:
    return MeasuredValue(value=middle, low=low, high=high)


def change(code: str, name: str, hits: int, low: float, high: float) -> ChangedVerdicts:
    changed = MeasuredShare(value=hits / 100, low=low, high=high, hits=hits, n=100)
    none = MeasuredShare(value=0.0, low=0.0, high=0.037, hits=0, n=100)
    return ChangedVerdicts(change=code, name=name, bounded=True, changed=changed, flipped=none)


def test_the_example_is_what_a_server_answers_for_such_figures() -> None:
    summary = RobustnessSummary(
        limits=RobustnessLimits(),
        listings=100,
        changes=(
            change("jpeg_50", "JPEG quality 50", 3, 0.0103, 0.0845),
            change("other_background", "background swapped", 7, 0.0343, 0.1375),
        ),
        other_background=OtherBackground(
            listings=100,
            auroc_before=value(0.8966, 0.8292, 0.9512),
            auroc=value(0.8874, 0.8171, 0.9437),
            fall=value(0.0092, -0.0041, 0.0226),
            product_from="mask",
        ),
        painted_out=PaintedOut(listings=100, with_logit=0, auroc=UNDEFINED),
        evidence_inside=EvidenceInside(
            listings=100, photos=302, share=value(0.9714, 0.9641, 0.9779), if_even=0.3862, product_from="mask"
        ),
    )
    assert BundleRobustness.model_validate(ROBUSTNESS_EXAMPLE) == describe_robustness(summary, whole=True)
