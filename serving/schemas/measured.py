"""The JSON of a measured figure and of a measured share, each with its 95 % interval."""

from __future__ import annotations

from pydantic import Field

from serving.schemas.checks import Answered


class MeasuredFigure(Answered):
    """A figure with its 95 % interval; all null where it is undefined."""

    value: float | None = Field(description="The figure.")
    low: float | None = Field(description="Lower end of the 95 % interval.")
    high: float | None = Field(description="Upper end of the 95 % interval.")


class MeasuredRate(MeasuredFigure):
    """A share of listings, with Wilson's 95 % interval."""

    hits: int = Field(description="How many listings.")
    n: int = Field(description="Of how many.")
