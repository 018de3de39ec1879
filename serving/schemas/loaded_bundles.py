"""The JSON of the bundles that serve: what they know, what they were measured to do, and where their thresholds lie."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from serving.schemas.checks import Answered
from serving.schemas.measured import MeasuredFigure, MeasuredRate
from serving.schemas.robustness import BundleRobustness

IN_SAMPLE: Final = " Null where the same listings set the thresholds that judged them: that measures nothing."


class ErrorShare(Answered):
    """What the listings that set a threshold say of one class: `errors` of `n` on the wrong side.

    No performance figure: the threshold was chosen on these same listings. `upper` bounds the share of new listings.
    """

    limit: float = Field(description="The share of errors that was aimed for.")
    n: int = Field(description="How many listings of the class set the threshold.")
    errors: int = Field(description="How many of these are on its wrong side: no rate of errors.")
    upper: float = Field(description="One-sided 97.5 % Clopper-Pearson bound of the share of errors.")
    guaranteed: bool = Field(description="Whether the bound is at most the limit and holds for other listings.")
    kind: Literal["guaranteed", "estimate", "no_data"] = Field(
        description="`guaranteed`: at most `limit` of other such listings; `estimate`: probably; `no_data`: the class "
        "had no listing."
    )


class ProductThresholds(Answered):
    """Where the two thresholds of a product lie on the uncorrected logit, and the listings that set them."""

    counterfeit_below: float = Field(description="Listings below this logit are called counterfeit.")
    genuine_above: float = Field(description="Listings above this logit are called genuine.")
    genuine_flagged: ErrorShare = Field(description="Genuine listings called counterfeit, of those that set it.")
    counterfeit_passed: ErrorShare = Field(description="Counterfeits called genuine, of those that set it.")
    source: str = Field(
        description="Which listings set them: `held_out` from training, or `out_of_fold`, each predicted by a network "
        "trained alike that had not seen it."
    )


class Performance(Answered):
    """What a bundle was measured to do, and on which listings."""

    measured_on: Literal["test_set", "out_of_fold", "calibration"] = Field(
        description="`test_set`: listings kept for testing alone. `out_of_fold`: all listings, each predicted by a "
        "network trained alike that had not seen it. `calibration`: those that the network had not seen."
    )
    on: str = Field(description="The same in words, with their number, to follow `measured on`.")
    kind: Literal["measured", "estimate"] = Field(description="`measured` on a test set; otherwise an `estimate`.")
    test_set: str | None = Field(description="In words, which listings were kept for testing; null in older bundles.")
    genuine: int = Field(description="How many genuine listings it was measured on.")
    counterfeit: int = Field(description="How many counterfeit listings it was measured on.")
    auroc: MeasuredFigure = Field(description="Area under the ROC curve of listings.")
    decided: MeasuredRate | None = Field(description="Listings called genuine or counterfeit." + IN_SAMPLE)
    genuine_flagged: MeasuredRate | None = Field(description="Genuine listings called counterfeit." + IN_SAMPLE)
    counterfeit_passed: MeasuredRate | None = Field(description="Counterfeit listings called genuine." + IN_SAMPLE)


class BundleLoaded(Answered):
    """A bundle that serves now."""

    name: str = Field(description="Name of the bundle; candidates that replace it have the same.")
    version: str = Field(description="Version that training gave it.")
    sha256: str = Field(description="SHA-256 of its bundle.json, which has those of all its files.")
    graph: Literal["fp32", "int8"] = Field(description="The graph that this server runs.")
    created_at: str = Field(description="When it was made, in UTC.")
    products: list[str] = Field(description="The products that it judges.")
    required_views: list[str] = Field(description="Views without which it calls no listing genuine.")
    authenticity_kind: Literal["calibrated", "conformal"] = Field(
        description="`calibrated`: a probability; `conformal`: the share of genuine listings at least as unusual."
    )
    label_kind: str = Field(description="How its training labels are known: `weak`, `verified` or `rendered`.")
    counterfeit_share: dict[str, float] = Field(description="The share of counterfeits that is assumed, by product.")
    performance: Performance | None = Field(
        description="What it was measured to do, on listings that it was not fitted on; null: not measured."
    )
    robustness: BundleRobustness = Field(description="What its verdicts hang on beside the product.")
    thresholds: dict[str, ProductThresholds] = Field(description="Thresholds by product.")
    one_photo_thresholds: dict[str, ProductThresholds] = Field(
        description="Thresholds of listings that show one usable photo, by product."
    )
    metrics: dict[str, Any] = Field(
        description="All figures as training wrote them; `performance` says on what they were measured."
    )


class BundleNotFollowed(Answered):
    """A name under which this server can't serve what is stored: it serves what it has, and tries again."""

    name: str = Field(description="Name of the bundles.")
    reason: str = Field(description="Why, such as a folder that is missing in this server's `bundles_folder`.")


class BundleList(Answered):
    """The bundles that serve."""

    bundles: list[BundleLoaded] = Field(description="One for each name, in the order of the settings.")
    not_followed: list[BundleNotFollowed] = Field(
        default_factory=list,
        description="Where this server serves others than were activated, here or on another server; else empty.",
    )
