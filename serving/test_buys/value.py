"""The chosen part of a plan: the listings whose purchase is worth most for its cost, taken one after another.

The worth of a purchase is a sum of three parts, each between 0 and 1: how unsure the verdict is, how far a confirmed
counterfeit would reach, and how much training lacks such a label. Each purchase lowers the worth of those like it.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from serving.test_buys.frame import FrameListing

REGIONS = 5  # equal parts of the authenticity, in each of which a product's labels are counted
_NO_AUTHENTICITY = REGIONS


class Region(NamedTuple):
    """A product, and a part of its authenticity: those of 0.8 to 1 are part 4; REGIONS: without authenticity."""

    product: str
    part: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What speaks for buying a listing; each part is between 0 and 1."""

    uncertainty: float  # 4 p (1 - p): 1 where the authenticity is 0.5
    reach: (
        float  # chance of a counterfeit, times the seller's listings as a share of the largest seller's, by logarithm
    )
    labels: float  # 1 / (1 + strong labels of its region)

    @property
    def total(self) -> float:
        """The sum of the parts."""
        return self.uncertainty + self.reach + self.labels


def region_of(product: str, authenticity: float | None) -> Region:
    """Give the region in which a listing's label would count."""
    if authenticity is None:
        return Region(product, _NO_AUTHENTICITY)
    return Region(product, min(int(authenticity * REGIONS), REGIONS - 1))


def choose(
    frame: Sequence[FrameListing],
    costs: Mapping[str, Decimal],
    budget: Decimal,
    labels: Mapping[Region, int],
) -> list[tuple[FrameListing, Worth]]:
    """Give the listings to buy within a budget, best worth for its cost first.

    `costs` has the cost of each listing by check id, `labels` the strong labels that a region has already. The choice
    depends on nothing but these, so each listing chosen had the probability 1, and each other 0.
    """
    of_seller = Counter(listing.seller_id for listing in frame if listing.seller_id is not None)
    largest = max(of_seller.values(), default=1)
    reached: set[str] = set()
    had: Counter[Region] = Counter(labels)

    def worth_of(listing: FrameListing) -> Worth:
        chance = 0.5 if listing.authenticity is None else 1 - listing.authenticity
        reach = 0.0
        if listing.seller_id is not None and listing.seller_id not in reached and largest > 1:
            reach = chance * math.log(of_seller[listing.seller_id]) / math.log(largest)
        lacking = 1 / (1 + had[region_of(listing.product, listing.authenticity)])
        return Worth(uncertainty=4 * chance * (1 - chance), reach=reach, labels=lacking)

    def rank(listing: FrameListing) -> float:
        return -worth_of(listing).total / float(costs[listing.check_id])

    # The worth of a listing only falls, so the first of the queue whose rank has not changed is the best.
    queue = [(rank(listing), listing.check_id, place) for place, listing in enumerate(frame)]
    heapq.heapify(queue)
    chosen: list[tuple[FrameListing, Worth]] = []
    left = budget
    while queue:
        old, check_id, place = heapq.heappop(queue)
        listing = frame[place]
        if costs[check_id] > left:
            continue
        if (now := rank(listing)) > old:
            heapq.heappush(queue, (now, check_id, place))
            continue
        chosen.append((listing, worth_of(listing)))
        left -= costs[check_id]
        had[region_of(listing.product, listing.authenticity)] += 1
        if listing.seller_id is not None:
            reached.add(listing.seller_id)
    return chosen
