"""The JSON of what a bundle's verdicts hang on beside the product."""

from __future__ import annotations

from pydantic import Field

from serving.schemas.checks import Answered, RobustnessState
from serving.schemas.measured import MeasuredFigure, MeasuredRate

State = Field(
    description="`within`: all limits of its training configuration hold; `beyond`: it hangs on more than the product; "
    "`incomplete`: some limits were not measured, and the others hold; `not_measured`: none was."
)


class BeyondLimit(Answered):
    """A limit that a bundle is beyond."""

    limit: str = Field(description="Its key in the training configuration's section `[robustness]`.")
    text: str = Field(description="What was measured, the limit, and by how much it is beyond.")


class VerdictsChanged(Answered):
    """What one change of the photos did to verdicts of test listings."""

    change: str = Field(description="Code of the change, such as `jpeg_50`.")
    name: str = Field(description="The change in words.")
    bounded: bool = Field(description="Whether the limits apply to it.")
    changed: MeasuredRate = Field(description="Verdicts that became another one.")
    reversed: MeasuredRate = Field(description="Verdicts from genuine to counterfeit or back; these are changed, too.")


class OtherBackgrounds(Answered):
    """The listing AUROC with the products before other photos' backgrounds."""

    listings: int = Field(description="On how many listings.")
    auroc_before: MeasuredFigure = Field(description="The AUROC of the same listings unchanged.")
    auroc: MeasuredFigure = Field(description="The AUROC before other backgrounds.")
    fall: MeasuredFigure = Field(description="How much lower it is, with a paired interval.")


class ProductPaintedOut(Answered):
    """The AUROC of the logits with the product painted out, which should be 0.5."""

    listings: int = Field(description="On how many listings.")
    with_logit: int = Field(description="How many of them still have a logit.")
    auroc: MeasuredFigure = Field(description="The AUROC of the logits.")


class EvidenceOnProduct(Answered):
    """How much of the evidence lies on the product."""

    listings: int = Field(description="On how many listings.")
    photos: int = Field(description="On how many photos.")
    share: MeasuredFigure = Field(description="Mean share of absolute evidence in places that show the product.")
    if_even: float = Field(description="What an even map would have: the share of places that show the product.")


class BundleRobustness(Answered):
    """What a bundle's verdicts hang on beside the product, measured with changed copies of test listings.

    Figures are left out where the caller does not see all of the bundle's products.
    """

    state: RobustnessState = State
    text: str = Field(description="The state in one sentence.")
    listings: int | None = Field(default=None, description="How many test listings were changed; null: not measured.")
    beyond: list[BeyondLimit] = Field(default_factory=list, description="The limits that it is beyond.")
    unmeasured: list[str] = Field(default_factory=list, description="The limits that were not measured, and why.")
    changes: list[VerdictsChanged] = Field(
        default_factory=list, description="The share of verdicts that each change moves."
    )
    other_backgrounds: OtherBackgrounds | None = Field(default=None, description="Null: not measured.")
    painted_out: ProductPaintedOut | None = Field(default=None, description="Null: not measured.")
    evidence_inside: EvidenceOnProduct | None = Field(default=None, description="Null: not measured.")
