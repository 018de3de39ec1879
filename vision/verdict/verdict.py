"""The answer for a listing: an outcome, an authenticity and the reasons, with a part for each photo."""

from dataclasses import dataclass
from typing import Final, Literal

from vision.bundle.metadata import AuthenticityKind
from vision.photo.quality import QualityIssue
from vision.verdict.judgement import Evidence, PhotoFault

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
    "product_not_found",
    "product_small",
]

OUTCOME_MESSAGES: Final[dict[Outcome, str]] = {
    "genuine": "The photos are consistent with the genuine product.",
    "counterfeit": "The photos look like a counterfeit.",
    "review": "The photos leave it open: a person should decide.",
    "insufficient": "The photos don't show enough to judge.",
    "unsupported": "The photos show something that this bundle doesn't know.",
}
NOVEL_MESSAGE: Final = "The photos look unlike the genuine product. This bundle knows no counterfeits."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an outcome is what it is; `photo` is the index of the photo that it is about, None for the listing."""

    code: ReasonCode
    message: str
    photo: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoVerdict:
    """One photo's part of a verdict; `outcome` is None exactly when `error` is set.

    `product_share` is the share of the photo that the product fills; None where the bundle doesn't find it.
    """

    index: int
    sha256: str
    outcome: Outcome | None
    authenticity: float | None
    quality: tuple[QualityIssue, ...]
    novelty: float | None
    evidence: Evidence | None
    error: PhotoFault | None
    matches: tuple[str, ...] = ()
    product_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticityThresholds:
    """The two thresholds that decided a listing, as its authenticity: the same calibration and base rate.

    No counterfeit lies above `counterfeit_below` and nothing genuine below `genuine_above`. None: the bundle never says
    so. Between them, and where something else contradicts, the outcome is review.
    """

    counterfeit_below: float | None
    genuine_above: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for a listing; `authenticity` is None exactly when the outcome is insufficient or unsupported.

    `thresholds` are None with it. `counterfeit_share` is the base rate for which both are stated. It moves no outcome.
    """

    product: str
    outcome: Outcome
    authenticity: float | None
    thresholds: AuthenticityThresholds | None
    authenticity_kind: AuthenticityKind
    counterfeit_share: float
    novelty: float | None
    reasons: tuple[Reason, ...]
    photos: tuple[PhotoVerdict, ...]

    @property
    def message(self) -> str:
        """The outcome in a sentence that claims no more than the bundle can know."""
        if self.outcome == "counterfeit" and self.authenticity_kind == "conformal":
            return NOVEL_MESSAGE
        return OUTCOME_MESSAGES[self.outcome]
