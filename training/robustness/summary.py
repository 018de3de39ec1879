"""The figures of robustness that a bundle holds, beside the limits of its configuration."""

from __future__ import annotations

import math
from collections.abc import Sequence

from training.data.manifest import Manifest
from training.evaluation.figures_json import DECIMALS
from training.evaluation.predictions import PhotoPrediction
from training.perturbations.photo import OTHER_BACKGROUND, PAINTED_OUT
from training.perturbations.place import product_from
from training.robustness.evidence_inside import measure_evidence_inside
from training.robustness.figures import ChangeFigures
from training.robustness.robustness import Robustness
from training.statistics.estimate import Estimate, Proportion
from vision.bundle.measured_value import MeasuredShare, MeasuredValue
from vision.bundle.robustness import ChangedVerdicts, OtherBackground, PaintedOut, RobustnessSummary
from vision.bundle.robustness_limits import RobustnessLimits


def summarise(
    robustness: Robustness, manifest: Manifest, photos: Sequence[PhotoPrediction], limits: RobustnessLimits
) -> RobustnessSummary:
    """The summary; `photos` are the evaluated ones, all of them, with their evidence."""
    names = {change.code: change for change in robustness.plan.changes}
    own = {figures.change: figures for figures in robustness.figures}
    return RobustnessSummary(
        limits=limits,
        listings=len(robustness.drawn),
        changes=tuple(
            ChangedVerdicts(
                change=figures.change,
                name=names[figures.change].name,
                bounded=names[figures.change].bounded,
                changed=_share(figures.changed),
                flipped=_share(figures.flipped),
            )
            for figures in robustness.figures
            if figures.change != PAINTED_OUT.code
        ),
        other_background=_other_background(robustness, own.get(OTHER_BACKGROUND.code)),
        painted_out=_painted_out(robustness, own.get(PAINTED_OUT.code)),
        evidence_inside=measure_evidence_inside(manifest, photos),
    )


def _other_background(robustness: Robustness, figures: ChangeFigures | None) -> OtherBackground | None:
    if figures is None:
        return None
    change, rows = figures.auroc_change, robustness.copies.manifest.rows
    swapped = {a.before.listing for a in robustness.predictions if a.change == OTHER_BACKGROUND.code}
    return OtherBackground(
        listings=figures.listings,
        auroc_before=_value(figures.auroc_before),
        auroc=_value(figures.auroc),
        fall=_value(Estimate(value=-change.value, low=-change.high, high=-change.low)),
        product_from=product_from(row for row in rows if row.listing in swapped),
    )


def _painted_out(robustness: Robustness, figures: ChangeFigures | None) -> PaintedOut | None:
    if figures is None:
        return None
    painted = [a.after for a in robustness.predictions if a.change == PAINTED_OUT.code]
    return PaintedOut(
        listings=figures.listings,
        with_logit=sum(after.logit is not None for after in painted),
        auroc=_value(figures.logit_auroc),
    )


def _value(estimate: Estimate) -> MeasuredValue:
    return MeasuredValue(value=_round(estimate.value), low=_round(estimate.low), high=_round(estimate.high))


def _share(share: Proportion) -> MeasuredShare:
    return MeasuredShare(
        value=_round(share.value), low=_round(share.low), high=_round(share.high), hits=share.hits, n=share.n
    )


def _round(value: float) -> float:
    return value if math.isnan(value) else round(value, DECIMALS)
