"""The JSON of lists of checks: how they can be sorted and filtered, and how many checks match."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from serving.schemas.checks import Answered

CheckSort = Literal["newest", "oldest", "uncertainty", "seller_id", "product", "outcome", "decision"]
DecisionWanted = Literal["genuine", "counterfeit", "cant_tell", "none", "decided"]


class ValueCount(Answered):
    """How many checks a value of a filter gives."""

    value: str = Field(description="A value that the filter takes.")
    checks: int = Field(description="How many checks match it and all other filters.")


class CheckCounts(Answered):
    """How many stored checks match, and how many each value of a filter gives beside the other filters."""

    total: int = Field(description="How many checks match every filter given.")
    queue: int = Field(
        description="How many wait for a person: outcome `review` or `unsupported`, and no decision yet. The filters "
        "by outcome and decision are left out of this count."
    )
    product: list[ValueCount] = Field(description="By product, most frequent first.")
    outcome: list[ValueCount] = Field(description="By outcome, most frequent first.")
    decision: list[ValueCount] = Field(description="By the decision of the latest review, `none` where there is none.")
    seller_id: list[ValueCount] = Field(description="By seller, the 50 most frequent.")
