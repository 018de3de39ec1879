"""A figure and a share with their 95 % intervals, and both as JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass

from training.statistics.scores import wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its 95 % interval; NaN where it is undefined (a class is missing)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`hits` of `n`, and the 95 % Wilson interval; NaN where n is 0."""

    value: float
    low: float
    high: float
    hits: int
    n: int


def plain_values(value: object) -> object:
    """JSON-able: NaN becomes None, floats have 4 decimals, dataclasses and mappings become objects."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    if is_dataclass(value):
        return {field.name: plain_values(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [plain_values(item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain_values(item) for name, item in value.items()}
    return value


def share(hits: int, n: int) -> Share:
    interval = wilson_interval(hits, n)
    return Share(value=hits / n if n else math.nan, low=interval.low, high=interval.high, hits=hits, n=n)
