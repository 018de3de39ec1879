"""Proposes what to buy within a budget: some for their worth, the rest drawn at random with known probabilities."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from serving.errors import BuyBudgetTooSmall, BuyFrameEmpty
from serving.test_buys.frame import GROUPS, FrameListing, frame_digest
from serving.test_buys.strata import MIN_DRAWS, Band, Stratum, allocate, draw, order_group
from serving.test_buys.value import Region, Worth, choose

Selection = Literal["random", "chosen"]
FREE_COST = Decimal("0.01")  # of a listing that is offered for nothing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What a plan may spend, in one currency: `default_price` is that of a listing that states none."""

    budget: Decimal
    default_price: Decimal
    shipping: Decimal
    random_share: float

    def cost_of(self, listing: FrameListing) -> Decimal:
        """Give what a purchase is expected to cost."""
        return max(FREE_COST, (self.default_price if listing.price is None else listing.price) + self.shipping)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProposedBuy:
    """A listing to buy, with the probability that the plan had of buying it; `stratum` is an index.

    `worth` says why it was chosen; None for one that was drawn.
    """

    listing: FrameListing
    selection: Selection
    stratum: int
    probability: float
    cost: Decimal
    worth: Worth | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan: what to buy, and what is needed to repeat the draw and to weigh its findings."""

    seed: str
    frame_digest: str
    frame_size: int
    strata: tuple[Stratum, ...]
    buys: tuple[ProposedBuy, ...]

    @property
    def cost(self) -> Decimal:
        """What the plan is expected to cost; never more than its budget."""
        return sum((buy.cost for buy in self.buys), Decimal(0))


def propose(frame: Sequence[FrameListing], money: Money, labels: Mapping[Region, int], seed: str) -> Proposal:
    """Propose what to buy of a frame; the same arguments give the same plan.

    Listings are chosen first, for at most the budget's part that is not the random share. All others are in the frame
    of the draw, and every one of them may be drawn. Whatever is drawn fits in the budget.

    Raises BuyFrameEmpty, and BuyBudgetTooSmall where the random share does not pay the least draw.
    """
    if not frame:
        raise BuyFrameEmpty("no listing was checked in this period; take a longer one, or another product")
    costs = {listing.check_id: money.cost_of(listing) for listing in frame}
    random_budget = money.budget * Decimal(str(money.random_share))
    chosen = choose(frame, costs, money.budget - random_budget, labels)
    taken = {listing.check_id for listing, _ in chosen}
    bands = _bands_within([one for one in frame if one.check_id not in taken], costs, random_budget)
    whole = [_chosen_stratum([one for one, _ in chosen if one.group == group]) for group in GROUPS]
    strata = [band.stratum for band in bands] + [stratum for stratum in whole if stratum is not None]
    of_group = {stratum.group: place for place, stratum in enumerate(strata) if stratum.chosen}
    buys = [
        ProposedBuy(
            listing=listing,
            selection="random",
            stratum=place,
            probability=band.stratum.probability,
            cost=costs[listing.check_id],
            worth=None,
        )
        for place, band in enumerate(bands)
        for listing in draw(band, seed)
    ]
    buys += [
        ProposedBuy(
            listing=listing,
            selection="chosen",
            stratum=of_group[listing.group],
            probability=1.0,
            cost=costs[listing.check_id],
            worth=worth,
        )
        for listing, worth in chosen
    ]
    return Proposal(
        seed=seed, frame_digest=frame_digest(frame), frame_size=len(frame), strata=tuple(strata), buys=tuple(buys)
    )


def _bands_within(frame: Sequence[FrameListing], costs: Mapping[str, Decimal], budget: Decimal) -> list[Band]:
    """Cut the frame of the draw into bands with as many draws as any outcome of the draw leaves within the budget."""
    groups = [order_group(group, listings) for group in GROUPS if (listings := [x for x in frame if x.group == group])]
    sizes = {one.group: len(one.listings) for one in groups}

    def bands_of(draws: int) -> list[Band]:
        given = allocate(sizes, draws)
        return [band for one in groups for band in one.cut(given[one.group])]

    def fits(bands: Sequence[Band]) -> bool:
        return _dearest(bands, costs) <= budget

    few, many = len(sizes) * MIN_DRAWS, len(frame)
    best = bands_of(few)
    if not fits(best):
        needed = _dearest(best, costs)
        raise BuyBudgetTooSmall(
            f"the random share of the budget is {budget.normalize():f} and its least draw may cost {needed:f}; "
            "raise the budget or the random share, or leave dear listings to a plan of their own by max_price"
        )
    while few < many:  # the most draws that fit
        middle = (few + many + 1) // 2
        bands = bands_of(middle)
        if fits(bands):
            few, best = middle, bands
        else:
            many = middle - 1
    return best


def _dearest(bands: Sequence[Band], costs: Mapping[str, Decimal]) -> Decimal:
    """Give the most that a draw from these bands may cost."""
    total = Decimal(0)
    for band in bands:
        dearest = sorted((costs[listing.check_id] for listing in band.listings), reverse=True)
        total += sum(dearest[: band.stratum.draws], Decimal(0))
    return total


def _chosen_stratum(listings: Sequence[FrameListing]) -> Stratum | None:
    if not listings:
        return None
    return Stratum(
        group=listings[0].group,
        size=len(listings),
        draws=len(listings),
        suspicion=sum(one.suspicion for one in listings) / len(listings),
        chosen=True,
    )
