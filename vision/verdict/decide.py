"""From the photos' logits to a verdict: pure, so that every rule is tested by hand-worked numbers.

The rules, in order. A listing's logit is the mean over its distinct readable photos: a file, or a copy of a photo at
another size or quality, counts once.
1. `insufficient`: every readable photo has a quality issue.
   `unsupported`: the photos look too little like the product, on average.
   `insufficient`: a required view is missing.
2. Below the first threshold `counterfeit`, above the second `genuine`, else `review`. A listing with one usable
   photo, or of which the required views aren't known, is judged as one photo is: by the stricter thresholds of one.
3. A `genuine` listing becomes `review` where one usable photo is confidently counterfeit on its own: below the
   listing's threshold, and at most CONFIDENT_COUNTERFEIT in authenticity. A fake often shows in one view only.
4. A bundle of kind `conformal` saw no counterfeits: it never says `genuine`, and its `counterfeit` is `looks_novel`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from vision.bundle.bundle import Bundle
from vision.bundle.metadata import (
    UNBOUNDED,
    AuthenticityKind,
    Calibration,
    GenuineLogits,
    GraphMetadata,
    SupportFloor,
    Thresholds,
)
from vision.copies.pdq import PhotoHash
from vision.photo.quality import QUALITY_MESSAGES, QualityIssue, QualityMeasures
from vision.timings import Timing

Outcome = Literal["genuine", "counterfeit", "review", "insufficient", "unsupported"]
ReasonCode = Literal[
    "looks_counterfeit",
    "looks_novel",
    "between_thresholds",
    "photos_disagree",
    "not_this_product",
    "views_unknown",
    "view_missing",
    "too_small",
    "blurred",
    "too_dark",
    "too_bright",
]

CONFIDENT_COUNTERFEIT: Final = 0.05  # authenticity of one photo, at the base rate of the bundle's validation

OUTCOME_MESSAGES: Final[dict[Outcome, str]] = {
    "genuine": "The photos are consistent with the genuine product.",
    "counterfeit": "The photos look like a counterfeit.",
    "review": "The photos leave it open: a person should decide.",
    "insufficient": "The photos don't show enough to judge.",
    "unsupported": "The photos show something that this bundle doesn't know.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an outcome is what it is; `photo` is the index of the photo that it speaks of, None for the listing."""

    code: ReasonCode
    message: str
    photo: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the network saw what it says: float32 [H, W], each place's signed part of the logit (positive: genuine).

    `box` is the map's x0 y0 x1 y1 as shares of the photo; a letterboxed map reaches outside 0..1.
    """

    values: NDArray[np.float32]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFault:
    """Why a photo could not be read: a PhotoError's code and message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoJudgement:
    """What the network gave for one photo: a logit, or the error that prevented it.

    `product_logit` runs parallel to the bundle's products. `hash` finds copies of a photo; without it only files of
    equal bytes count as copies. No rule reads `embedding` (float32 [D], of unit length), `measures`, `bits_per_px` (of
    the file as sent), `timings` or `judged_together` (photos in that run of the graph): they serve monitoring.
    """

    index: int
    sha256: str
    logit: float | None = None
    quality: tuple[QualityIssue, ...] = ()
    product_logit: tuple[float, ...] | None = None
    novelty: float | None = None
    evidence: Evidence | None = None
    error: PhotoFault | None = None
    hash: PhotoHash | None = None
    embedding: NDArray[np.float32] | None = None
    measures: QualityMeasures | None = None
    bits_per_px: float | None = None
    timings: tuple[Timing, ...] = ()
    judged_together: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoVerdict:
    """One photo's part of a verdict; `outcome` is None exactly when `error` is set."""

    index: int
    sha256: str
    outcome: Outcome | None
    authenticity: float | None
    quality: tuple[QualityIssue, ...]
    novelty: float | None
    evidence: Evidence | None
    error: PhotoFault | None
    matches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for a listing; `authenticity` is None exactly when the outcome is insufficient or unsupported.

    `counterfeit_share` is the base rate for which authenticity is stated. It moves no outcome.
    """

    product: str
    outcome: Outcome
    authenticity: float | None
    authenticity_kind: AuthenticityKind
    counterfeit_share: float
    novelty: float | None
    reasons: tuple[Reason, ...]
    photos: tuple[PhotoVerdict, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What judges one listing and its photos: thresholds, calibrations, the base-rate shift, how sure it may be.

    `shows_little` says that it is judged as a listing of one photo.

    `floors` are those of all products of the bundle, in its order; empty where it can't tell its products from others.
    """

    product: str
    products: tuple[str, ...]
    floors: tuple[SupportFloor, ...]
    thresholds: Thresholds
    calibration: Calibration
    bounds: tuple[float, float]
    photo_thresholds: Thresholds
    photo_calibration: Calibration
    photo_bounds: tuple[float, float]
    shift: float
    kind: AuthenticityKind
    shows_little: bool
    usual: GenuineLogits | None  # what authenticity is read from, where no counterfeit was seen

    def outcome(self, logit: float) -> Outcome:
        return self._outcome(logit, self.thresholds)

    def photo_outcome(self, logit: float) -> Outcome:
        return self._outcome(logit, self.photo_thresholds)

    def authenticity(self, logit: float) -> float:
        if self.usual:
            return self.usual.listing_share(logit)
        return self.calibration.authenticity(logit, self.shift, self.bounds)

    def photo_authenticity(self, logit: float) -> float:
        if self.usual:
            return self.usual.photo_share(logit)
        return self.photo_calibration.authenticity(logit, self.shift, self.photo_bounds)

    def _outcome(self, logit: float, thresholds: Thresholds) -> Outcome:
        if logit < thresholds.counterfeit_below:
            return "counterfeit"
        if logit > thresholds.genuine_above and self.kind == "calibrated":
            return "genuine"
        return "review"

    @property
    def own(self) -> int:
        """The product's place among the bundle's."""
        return self.products.index(self.product)

    def lacks(self, photos: Sequence[PhotoJudgement], product: int) -> float:
        """How far photos stay below a product's floor on average; at most 0 where they show it, or nobody can tell."""
        likeness = [photo.product_logit[product] for photo in photos if photo.product_logit is not None]
        if not self.floors or not likeness:
            return 0.0
        return self.floors[product].listing - sum(likeness) / len(likeness)

    def is_unsupported(self, photo: PhotoJudgement) -> bool:
        """Whether one photo alone looks too little like the product."""
        if not self.floors or photo.product_logit is None:
            return False
        return photo.product_logit[self.own] < self.floors[self.own].photo


def decide(
    photos: Sequence[PhotoJudgement],
    *,
    bundle: Bundle,
    graph: GraphMetadata,
    product: str,
    counterfeit_share: float | None = None,
    views: Sequence[str | None] | None = None,
) -> Verdict:
    """The verdict on a listing's photos. `views` runs parallel to `photos`; None means that the caller sent none."""
    kind = bundle.metadata.authenticity_kind
    validation_share = graph.counterfeit_share_for(product)
    share = validation_share if counterfeit_share is None else counterfeit_share
    readable = distinct_readable(photos)
    usable = [photo for photo in readable if not photo.quality]
    view_reasons, view_missing = _judge_views(photos, views, bundle.metadata.required_views)
    shows_little = len(usable) == 1 or any(reason.code == "views_unknown" for reason in view_reasons)
    fitted, of_one = graph.listing_calibration(1 if shows_little else len(readable)), graph.listing_calibration(1)
    rule = _Rule(
        product=product,
        products=bundle.metadata.products,
        floors=tuple(graph.support[name] for name in bundle.metadata.products) if graph.support else (),
        thresholds=graph.thresholds_for(product, one_photo=shows_little),
        calibration=fitted.calibration,
        bounds=fitted.bounds(validation_share) if kind == "calibrated" else UNBOUNDED,
        photo_thresholds=graph.thresholds_for(product, one_photo=True),
        photo_calibration=graph.photo_calibration,
        photo_bounds=of_one.bounds(validation_share) if kind == "calibrated" else UNBOUNDED,
        shift=base_rate_shift(validation_share, share) if kind == "calibrated" else 0.0,
        kind=kind,
        shows_little=shows_little,
        usual=graph.genuine_logits if kind == "conformal" else None,
    )
    outcome: Outcome = "insufficient"
    authenticity: float | None = None
    reasons: list[Reason] = []
    if usable and rule.lacks(usable, rule.own) > 0:
        outcome, reasons, view_reasons = "unsupported", [_product_reason(usable, rule)], []
    elif usable and not view_missing:
        outcome, reasons = _judge_listing(readable, usable, rule)
        authenticity = rule.authenticity(listing_logit(readable))
    return Verdict(
        product=product,
        outcome=outcome,
        authenticity=authenticity,
        authenticity_kind=kind,
        counterfeit_share=share,
        novelty=_listing_novelty(readable),
        reasons=(*reasons, *view_reasons, *_quality_reasons(photos)),
        photos=tuple(_judge_photo(photo, rule) for photo in photos),
    )


def base_rate_shift(validation_share: float, share: float) -> float:
    """What a counterfeit share of `share` adds to a calibrated logit fitted at `validation_share`."""
    return math.log(validation_share / (1 - validation_share)) - math.log(share / (1 - share))


def distinct_readable(photos: Sequence[PhotoJudgement]) -> list[PhotoJudgement]:
    """The photos that have a logit, each once: a photo uploaded twice, or at two sizes, says nothing new."""
    distinct: list[PhotoJudgement] = []
    for photo in sorted(photos, key=lambda photo: photo.index):
        if photo.logit is not None and not any(_shows_same(photo, earlier) for earlier in distinct):
            distinct.append(photo)
    return distinct


def listing_logit(photos: Sequence[PhotoJudgement]) -> float:
    """The bundle rule `mean`: the mean logit of the photos that have one."""
    logits = [photo.logit for photo in photos if photo.logit is not None]
    return sum(logits) / len(logits)


def _shows_same(photo: PhotoJudgement, earlier: PhotoJudgement) -> bool:
    if photo.sha256 == earlier.sha256:
        return True
    return photo.hash is not None and earlier.hash is not None and photo.hash.is_copy_of(earlier.hash)


def _product_reason(usable: Sequence[PhotoJudgement], rule: _Rule) -> Reason:
    others = [n for n in range(len(rule.products)) if n != rule.own and rule.lacks(usable, n) <= 0]
    message = f"The photos don't look like {rule.product}."
    if others:
        nearest = min(others, key=lambda n: rule.lacks(usable, n))
        message = f"The photos look like {rule.products[nearest]} rather than {rule.product}."
    return Reason(code="not_this_product", message=message, photo=None)


def _judge_listing(
    readable: Sequence[PhotoJudgement], usable: Sequence[PhotoJudgement], rule: _Rule
) -> tuple[Outcome, list[Reason]]:
    outcome = rule.outcome(listing_logit(readable))
    suspect = min(usable, key=_logit_of)
    if outcome == "counterfeit":
        return outcome, [_counterfeit_reason(rule.kind, suspect.index)]
    if outcome == "genuine" and _is_confidently_counterfeit(suspect, rule):
        message = "The listing as a whole looks genuine, but this photo alone looks like a counterfeit."
        return "review", [Reason(code="photos_disagree", message=message, photo=suspect.index)]
    if outcome == "review":
        return outcome, [Reason(code="between_thresholds", message=_review_message(rule), photo=None)]
    return outcome, []


def _is_confidently_counterfeit(photo: PhotoJudgement, rule: _Rule) -> bool:
    logit = _logit_of(photo)
    below = logit < rule.thresholds.counterfeit_below
    return below and rule.photo_calibration.authenticity(logit) <= CONFIDENT_COUNTERFEIT


def _counterfeit_reason(kind: AuthenticityKind, photo: int) -> Reason:
    if kind == "conformal":
        message = "The listing looks unlike the genuine photos that the bundle was trained on, most of all this photo."
        return Reason(code="looks_novel", message=message, photo=photo)
    message = "The listing looks like the counterfeits that the bundle was trained on, most of all this photo."
    return Reason(code="looks_counterfeit", message=message, photo=photo)


def _review_message(rule: _Rule) -> str:
    if rule.kind == "conformal":
        return "Nothing looks unlike the genuine photos, but this bundle saw no counterfeits and never says genuine."
    if rule.shows_little:
        return "So little is shown that the bundle may call it neither: more photos, each with its view, may settle it."
    return "The listing lies between what the bundle may call counterfeit and what it may call genuine."


def _judge_views(
    photos: Sequence[PhotoJudgement], views: Sequence[str | None] | None, required: Sequence[str]
) -> tuple[list[Reason], bool]:
    """The reasons that views give, and whether a required one is surely missing."""
    if not required:
        return [], False
    usable_views = [view for photo, view in zip(photos, views or (), strict=False) if _is_usable(photo)]
    missing = [view for view in required if view not in usable_views]
    if missing and (views is None or None in usable_views):
        names = ", ".join(required)
        message = f"It isn't known which views the photos show; this bundle wants {names}. Say which photo shows which."
        return [Reason(code="views_unknown", message=message, photo=None)], False
    messages = (f"No usable photo shows the {view}. Take one of it." for view in missing)
    return [Reason(code="view_missing", message=message, photo=None) for message in messages], bool(missing)


def _quality_reasons(photos: Sequence[PhotoJudgement]) -> list[Reason]:
    return [
        Reason(code=issue, message=QUALITY_MESSAGES[issue], photo=photo.index)
        for photo in photos
        for issue in photo.quality
    ]


def _judge_photo(photo: PhotoJudgement, rule: _Rule) -> PhotoVerdict:
    outcome: Outcome | None = None
    authenticity: float | None = None
    if photo.logit is not None:
        outcome = _photo_outcome(photo, photo.logit, rule)
        if outcome not in ("insufficient", "unsupported"):
            authenticity = rule.photo_authenticity(photo.logit)
    return PhotoVerdict(
        index=photo.index,
        sha256=photo.sha256,
        outcome=outcome,
        authenticity=authenticity,
        quality=photo.quality,
        novelty=photo.novelty,
        evidence=photo.evidence,
        error=photo.error,
    )


def _photo_outcome(photo: PhotoJudgement, logit: float, rule: _Rule) -> Outcome:
    if photo.quality:
        return "insufficient"
    return "unsupported" if rule.is_unsupported(photo) else rule.photo_outcome(logit)


def _listing_novelty(readable: Sequence[PhotoJudgement]) -> float | None:
    values = [photo.novelty for photo in readable if photo.novelty is not None]
    return sum(values) / len(values) if values and len(values) == len(readable) else None


def _is_usable(photo: PhotoJudgement) -> bool:
    return photo.logit is not None and not photo.quality


def _logit_of(photo: PhotoJudgement) -> float:
    if photo.logit is None:
        raise ValueError(f"photo {photo.index} has no logit")
    return photo.logit
