"""From the photos' logits to a verdict: pure, so that every rule is tested by hand-worked numbers.

The rules, in order. A listing's logit is the mean over its distinct readable photos: a file, or a copy of a photo at
another size or quality, counts once, and a photo in which no product was found does not count.
1. `insufficient`: every readable photo has a quality issue.
   `unsupported`: the photos look too little like the product, on average.
   `insufficient`: a required view is missing.
2. Below the first threshold `counterfeit`, above the second `genuine`, else `review`. A listing with one usable
   photo, or of which the required views aren't known, is judged as one photo is: by the stricter thresholds of one.
3. A `genuine` listing becomes `review` where one usable photo is confidently counterfeit on its own: below the
   listing's threshold, and at most CONFIDENT_COUNTERFEIT in authenticity. A fake often shows in one view only.
4. A bundle of kind `conformal` saw no counterfeits: it never says `genuine`, and its `counterfeit` is `looks_novel`.
   Of a product whose thresholds rest on no listing of a label, the bundle knows the other label alone, and never says
   what speaks against the unknown one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vision.bundle.bundle import Bundle
from vision.bundle.metadata import (
    NEVER,
    UNBOUNDED,
    AuthenticityKind,
    Calibration,
    GenuineLogits,
    GraphMetadata,
    SupportFloor,
    Thresholds,
)
from vision.photo.quality import quality_message
from vision.verdict.judgement import PhotoJudgement
from vision.verdict.verdict import AuthenticityThresholds, Outcome, PhotoVerdict, Reason, Verdict

CONFIDENT_COUNTERFEIT: Final = 0.05  # authenticity of one photo, at the base rate of the bundle's validation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What one listing and its photos are judged by: thresholds, calibrations, their bounds and the base-rate shift.

    `shows_little` means that the listing is judged as one photo is. `floors` are those of all products of the bundle,
    in its order; empty where its graph gives no product logit.
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
    genuine_logits: GenuineLogits | None  # of a conformal bundle, whose authenticity is a rank among them

    def outcome(self, logit: float) -> Outcome:
        return self._outcome(logit, self.thresholds)

    def photo_outcome(self, logit: float) -> Outcome:
        return self._outcome(logit, self.photo_thresholds)

    def authenticity(self, logit: float) -> tuple[float, AuthenticityThresholds]:
        """A listing's authenticity, and the two thresholds as such."""
        below, above = self.thresholds.counterfeit_below, self.thresholds.genuine_above
        authenticity, at_below, at_above = self._authenticities(logit, below, above)
        may_say_genuine = self.kind == "calibrated" and above < NEVER
        return authenticity, AuthenticityThresholds(
            counterfeit_below=at_below if below > -NEVER else None,
            genuine_above=at_above if may_say_genuine else None,
        )

    def photo_authenticity(self, logit: float) -> float:
        if self.genuine_logits:
            return self.genuine_logits.photo_share(logit)
        return self.photo_calibration.authenticity(logit, self.shift, self.photo_bounds)

    def _authenticities(self, *logits: float) -> list[float]:
        if self.genuine_logits:
            return [self.genuine_logits.listing_share(logit) for logit in logits]
        return self.calibration.authenticities(logits, self.shift, self.bounds)

    def _outcome(self, logit: float, thresholds: Thresholds) -> Outcome:
        if logit < thresholds.counterfeit_below:
            return "counterfeit"
        if logit > thresholds.genuine_above and self.kind == "calibrated":
            return "genuine"
        return "review"

    @property
    def product_index(self) -> int:
        """The product's index among the bundle's."""
        return self.products.index(self.product)

    def support_gap(self, photos: Sequence[PhotoJudgement], product: int) -> float:
        """How far photos lie below a product's floor on average; at most 0 where they show it, or nothing is known."""
        likeness = [photo.product_logit[product] for photo in photos if photo.product_logit is not None]
        if not self.floors or not likeness:
            return 0.0
        return self.floors[product].listing - sum(likeness) / len(likeness)

    def is_unsupported(self, photo: PhotoJudgement) -> bool:
        """Whether one photo alone looks too little like the product."""
        if not self.floors or photo.product_logit is None:
            return False
        return photo.product_logit[self.product_index] < self.floors[self.product_index].photo


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
    readable = counted_photos(photos)
    usable = [photo for photo in readable if not photo.quality]
    view_reasons, view_missing = _judge_views(photos, views, bundle.metadata.required_views)
    shows_little = len(usable) == 1 or any(reason.code == "views_unknown" for reason in view_reasons)
    of_photo = graph.listing_calibration(1)
    of_listing = of_photo if shows_little else graph.listing_calibration(len(readable))
    photo_thresholds = graph.thresholds_for(product, one_photo=True)
    cuts = photo_thresholds if shows_little else graph.thresholds_for(product)
    photo_bounds = of_photo.bounds(validation_share, photo_thresholds) if kind == "calibrated" else UNBOUNDED
    bounds = photo_bounds
    if kind == "calibrated" and not shows_little:
        bounds = of_listing.bounds(validation_share, cuts)
    rule = _Rule(
        product=product,
        products=bundle.metadata.products,
        floors=tuple(graph.support[name] for name in bundle.metadata.products) if graph.support else (),
        thresholds=cuts,
        calibration=of_listing.calibration,
        bounds=bounds,
        photo_thresholds=photo_thresholds,
        photo_calibration=graph.photo_calibration,
        photo_bounds=photo_bounds,
        shift=base_rate_shift(validation_share, share) if kind == "calibrated" else 0.0,
        kind=kind,
        shows_little=shows_little,
        genuine_logits=graph.genuine_logits if kind == "conformal" else None,
    )
    outcome: Outcome = "insufficient"
    authenticity: float | None = None
    thresholds: AuthenticityThresholds | None = None
    reasons: list[Reason] = []
    if usable and rule.support_gap(usable, rule.product_index) > 0:
        outcome, reasons, view_reasons = "unsupported", [_product_reason(usable, rule)], []
    elif usable and not view_missing:
        outcome, reasons = _judge_listing(readable, usable, rule)
        authenticity, thresholds = rule.authenticity(listing_logit(readable))
    return Verdict(
        product=product,
        outcome=outcome,
        authenticity=authenticity,
        thresholds=thresholds,
        authenticity_kind=kind,
        counterfeit_share=share,
        novelty=_listing_novelty(readable),
        reasons=(*reasons, *view_reasons, *_quality_reasons(photos)),
        photos=tuple(_judge_photo(photo, rule) for photo in photos),
    )


def base_rate_shift(validation_share: float, share: float) -> float:
    """What a counterfeit share of `share` adds to a calibrated logit fitted at `validation_share`."""
    return math.log(validation_share / (1 - validation_share)) - math.log(share / (1 - share))


def counted_photos(photos: Sequence[PhotoJudgement]) -> list[PhotoJudgement]:
    """The photos that a verdict is read from: those with a logit in which the product was found.

    Each counts once: a photo uploaded twice, or at two sizes, adds nothing.
    """
    counted: list[PhotoJudgement] = []
    for photo in sorted(photos, key=lambda photo: photo.index):
        if photo.logit is None or "product_not_found" in photo.quality:
            continue
        if not any(_shows_same(photo, earlier) for earlier in counted):
            counted.append(photo)
    return counted


def listing_logit(photos: Sequence[PhotoJudgement]) -> float:
    """The bundle rule `mean`: the mean logit of the photos that have one."""
    logits = [photo.logit for photo in photos if photo.logit is not None]
    return sum(logits) / len(logits)


def _shows_same(photo: PhotoJudgement, earlier: PhotoJudgement) -> bool:
    if photo.sha256 == earlier.sha256:
        return True
    return photo.hash is not None and earlier.hash is not None and photo.hash.is_copy_of(earlier.hash)


def _product_reason(usable: Sequence[PhotoJudgement], rule: _Rule) -> Reason:
    others = [n for n in range(len(rule.products)) if n != rule.product_index and rule.support_gap(usable, n) <= 0]
    message = f"The photos don't look like {rule.product}."
    if others:
        nearest = min(others, key=lambda n: rule.support_gap(usable, n))
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
        return "Nothing looks unlike the genuine photos, but this bundle knows those alone and never says genuine."
    if not rule.thresholds.counterfeit_passed.n:
        return (
            f"Nothing looks counterfeit, but this bundle knows no counterfeit of {rule.product}: it never says genuine."
        )
    if not rule.thresholds.genuine_flagged.n:
        return f"This bundle knows no genuine {rule.product}: it never calls one counterfeit."
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
        Reason(code=issue, message=quality_message(issue, photo.measures), photo=photo.index)
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
        product_share=None if photo.measures is None else photo.measures.product_share,
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
