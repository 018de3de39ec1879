"""What two listings can share, and how much of a reason each kind is to take their sellers for one.

The strengths are in bits: 10 bits say that two sellers who share this are some 1,000 times as likely to be one and the
same as without. They were fitted on simulated rings (benchmarks/serving/rings/run.py, the development seed), never on
real sellers. What many sellers have, such as a brand's catalogue photo, is weaker the more have it, and none at all
beyond `common_from`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Final, Literal

TraceKind = Literal["photo", "plain_photo", "background", "contact", "address", "text", "attribute", "place"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KindWeight:
    """The strength of a kind in bits: of one value that two sellers have, less by each doubling of those who have it.

    `another` is what each further value that they share adds, up to `MAX_FURTHER` of them. No value that `common_from`
    sellers or more have links any two.
    """

    first: float
    per_doubling: float
    another: float
    common_from: int


MAX_FURTHER: Final = 3
JOIN_BITS: Final = 12.0  # from here on two sellers are taken for one
STRONG_BITS: Final = 18.0
VERY_STRONG_BITS: Final = 24.0
WEIGHTS: Final[Mapping[TraceKind, KindWeight]] = {
    "photo": KindWeight(first=7.7, per_doubling=0.0, another=4.3, common_from=48),  # two of them join
    "plain_photo": KindWeight(first=4.8, per_doubling=2.5, another=0.2, common_from=24),
    "background": KindWeight(first=11.1, per_doubling=0.0, another=2.6, common_from=48),
    "contact": KindWeight(first=14.0, per_doubling=0.5, another=3.0, common_from=32),  # raised: it joins by itself
    "address": KindWeight(first=3.6, per_doubling=0.7, another=0.0, common_from=32),
    "text": KindWeight(first=3.6, per_doubling=0.3, another=0.0, common_from=24),
    "attribute": KindWeight(first=2.0, per_doubling=1.0, another=0.5, common_from=12),  # in no ring: set by hand
    "place": KindWeight(first=0.3, per_doubling=0.2, another=0.0, common_from=24),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What two sellers share of a kind: how many values, and how many sellers have the rarest of them."""

    values: int
    holders: int


def bits_of(kind: TraceKind, shared: Shared) -> float:
    """Give the strength in bits, 0 or more."""
    weight = WEIGHTS[kind]
    if shared.holders >= weight.common_from:
        return 0.0
    further = min(shared.values - 1, MAX_FURTHER) * weight.another
    return max(0.0, weight.first - weight.per_doubling * math.log2(max(shared.holders, 2) / 2) + further)


Strength = Literal["weak", "joins", "strong", "very_strong"]


def strength_of(bits: float) -> Strength:
    """Give a strength in words: a number would tell a member how many sellers of others share a value."""
    if bits < JOIN_BITS:
        return "weak"
    if bits < STRONG_BITS:
        return "joins"
    return "strong" if bits < VERY_STRONG_BITS else "very_strong"
