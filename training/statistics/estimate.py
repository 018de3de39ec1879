"""A value with its 95 % interval, and a proportion of a count with its own.

JSON writes NaN as null, and reads null back as NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vision.binomial import wilson_bounds
from vision.json_dataclass import NullableFloat


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its 95 % interval; NaN where it is undefined (a class is missing, or there is no data)."""

    value: NullableFloat
    low: NullableFloat
    high: NullableFloat


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Estimate):
    """`hits` of `n`, with Wilson's 95 % interval; NaN where n is 0."""

    hits: int
    n: int


UNDEFINED = Estimate(value=math.nan, low=math.nan, high=math.nan)


def proportion(hits: int, n: int) -> Proportion:
    """`hits` of `n`. Unlike a bootstrap's, Wilson's interval doesn't shrink to a point at 0 or n hits."""
    if not n:
        return Proportion(value=math.nan, low=math.nan, high=math.nan, hits=hits, n=n)
    low, high = wilson_bounds(hits, n)
    return Proportion(value=hits / n, low=low, high=high, hits=hits, n=n)
