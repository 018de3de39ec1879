"""A bundle's robustness as the HTTP API gives it."""

from __future__ import annotations

from serving.schemas.measured import MeasuredFigure, MeasuredRate
from serving.schemas.robustness import (
    BeyondLimit,
    BundleRobustness,
    EvidenceOnProduct,
    OtherBackgrounds,
    ProductPaintedOut,
    VerdictsChanged,
)
from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.robustness import (
    ChangedVerdicts,
    EvidenceInside,
    OtherBackground,
    PaintedOut,
    RobustnessSummary,
    headline,
    robustness_state,
)
from vision.json_dataclass import to_json_table


def describe_robustness(summary: RobustnessSummary | None, *, whole: bool) -> BundleRobustness:
    """Give the state, and the figures where the caller sees the whole bundle."""
    state, text = robustness_state(summary), headline(summary)
    if summary is None or not whole:
        return BundleRobustness(state=state, text=text)
    return BundleRobustness(
        state=state,
        text=text,
        listings=summary.listings,
        beyond=[BeyondLimit(limit=one.limit, text=one.text) for one in summary.breaches],
        unmeasured=list(summary.unmeasured),
        changes=[_change(one) for one in summary.changes],
        other_backgrounds=_backgrounds(summary.other_background) if summary.other_background else None,
        painted_out=_painted(summary.painted_out) if summary.painted_out else None,
        evidence_inside=_evidence(summary.evidence_inside) if summary.evidence_inside else None,
    )


def _change(found: ChangedVerdicts) -> VerdictsChanged:
    return VerdictsChanged(
        change=found.change,
        name=found.name,
        bounded=found.bounded,
        changed=_rate(found.changed),
        reversed=_rate(found.flipped),
    )


def _backgrounds(found: OtherBackground) -> OtherBackgrounds:
    return OtherBackgrounds(
        listings=found.listings,
        auroc_before=_figure(found.auroc_before),
        auroc=_figure(found.auroc),
        fall=_figure(found.fall),
    )


def _painted(found: PaintedOut) -> ProductPaintedOut:
    return ProductPaintedOut(listings=found.listings, with_logit=found.with_logit, auroc=_figure(found.auroc))


def _evidence(found: EvidenceInside) -> EvidenceOnProduct:
    return EvidenceOnProduct(
        listings=found.listings, photos=found.photos, share=_figure(found.share), if_even=found.if_even
    )


def _figure(value: MeasuredValue) -> MeasuredFigure:
    return MeasuredFigure.model_validate(to_json_table(value))  # NaN is null


def _rate(share: MeasuredShare) -> MeasuredRate:
    return MeasuredRate.model_validate(to_json_table(share))
