"""The JSON of what test buys say of precision and recall in production."""

from __future__ import annotations

from pydantic import Field

from serving.schemas.checks import Answered
from serving.schemas.enforcement.buys import BuyGroup


class ShareEstimate(Answered):
    """An estimated share with its 95 % interval."""

    share: float | None = Field(description="The estimate; null where nothing was found that it could be made of.")
    low: float = Field(description="Lower limit of the 95 % interval.")
    high: float = Field(description="Upper limit of the 95 % interval.")
    lowest: float | None = Field(
        description="The lowest that the estimate could be, whatever the purchases without an outcome were."
    )
    highest: float | None = Field(description="The highest that the estimate could be.")


class StratumFindings(Answered):
    """A stratum with what became of its purchases."""

    plan_id: str = Field(description="Its plan.")
    group: BuyGroup = Field(description="What the verdict did with its listings.")
    chosen: bool = Field(description="Whether its listings were chosen, each with probability 1.")
    size: int = Field(description="Its listings.")
    probability: float = Field(description="Chance of each listing to be bought.")
    genuine: int = Field(description="Purchases that were genuine.")
    counterfeit: int = Field(description="Purchases that were counterfeit.")
    missing: int = Field(description="Purchases that ended without an outcome: cancelled, lost, or nobody can tell.")
    waiting: int = Field(description="Purchases that have no outcome yet.")


class QuarterEstimates(Answered):
    """The estimates of a quarter for all products, or for one, from the accepted plans of that."""

    quarter: str = Field(description="The quarter, such as 2026-Q3.")
    product: str | None = Field(description="The product of the plans; null: plans over all products.")
    listings: int = Field(description="Listings in the frames of the plans.")
    purchases: int = Field(description="Purchases of the plans.")
    examined: int = Field(description="Purchases with an outcome.")
    missing: int = Field(description="Purchases that ended without one.")
    waiting: int = Field(description="Purchases that have none yet.")
    precision: ShareEstimate = Field(description="Counterfeits among the listings with the outcome counterfeit.")
    recall: ShareEstimate = Field(description="Listings with the outcome counterfeit among all counterfeits.")
    prevalence: ShareEstimate = Field(description="Counterfeits among all listings.")
    strata: list[StratumFindings] = Field(description="What the estimates are made of.")


class EstimateList(Answered):
    """The estimates by quarter, newest first, and by product."""

    estimates: list[QuarterEstimates] = Field(description="Those that the caller may see.")
