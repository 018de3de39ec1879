"""A measured value and a measured share, each with its 95 % interval, as a bundle holds them."""

from __future__ import annotations

from dataclasses import dataclass

from vision.json_dataclass import NullableFloat


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredValue:
    """A value with its 95 % interval; NaN where it is undefined."""

    value: NullableFloat
    low: NullableFloat
    high: NullableFloat


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredShare(MeasuredValue):
    """`hits` of `n` listings, with Wilson's 95 % interval; NaN where n is 0."""

    hits: int
    n: int
