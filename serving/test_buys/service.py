"""Test buys of a running server: plans proposed from its checks, purchases moved, estimates read."""

from __future__ import annotations

import asyncio
import datetime
import functools
import secrets
from collections.abc import Sequence
from decimal import Decimal

from serving.cases.deadlines import start_clock
from serving.errors import BuyFrameTooLarge
from serving.principal import Principal
from serving.schemas.enforcement.buy_estimates import EstimateList
from serving.schemas.enforcement.buys import Buy, BuyMoveSent, BuyPlanSent
from serving.store.idempotency_rows import Claim
from serving.store.sortable_id import new_id
from serving.store.test_buys.buy_store import BuyStore
from serving.store.test_buys.buy_values import CheckedListing, NewBuy, NewPlan
from serving.store.test_buys.plan_rows import RecordedPlan
from serving.test_buys.frame import FrameListing, price_of
from serving.test_buys.moving import allowed_moves, decide_move
from serving.test_buys.plan import Money, Proposal, ProposedBuy, propose
from serving.test_buys.results import estimates_of
from serving.test_buys.value import REGIONS, Region

MAX_FRAME = 200_000
SEED_BYTES = 16


class BuyService:
    """Plans, moves and weighs test buys; the rows are in the store."""

    def __init__(self, buys: BuyStore) -> None:
        self._buys = buys

    async def propose(
        self, principal: Principal, sent: BuyPlanSent, now: datetime.datetime, claim: Claim | None
    ) -> RecordedPlan:
        """Propose a plan from the checks of its period, with a seed of its own.

        A period that is not over ends now: what is checked later is in no frame yet, and another plan may have it.
        Raises BuyFrameEmpty, BuyFrameTooLarge, BuyBudgetTooSmall, IdempotencyKeyReused, and CalendarUnknown for a
        country whose cases have no calendar.
        """
        start_clock(now, sent.country)
        earlier = None if claim is None else await self._buys.plans.find_replayed(claim)
        if earlier is not None:
            return RecordedPlan(plan=earlier, replayed=True)
        sent = sent.model_copy(update={"until": min(sent.until, now)})
        checked = await self._buys.frames.read(sent.since, sent.until, sent.product, MAX_FRAME)
        if checked is None:
            raise BuyFrameTooLarge(f"more than {MAX_FRAME} listings were checked in this period; take a shorter one")
        counted = await self._buys.frames.count_labels(REGIONS)
        labels = {Region(one.product, one.part): one.labels for one in counted}
        seed = secrets.token_hex(SEED_BYTES)
        new = await asyncio.to_thread(plan_from, checked, sent, labels, seed)  # seconds of a large frame
        return await self._buys.plans.add(principal, new, now, claim)

    async def move(
        self, principal: Principal, buy_id: str, sent: BuyMoveSent, now: datetime.datetime, claim: Claim | None
    ) -> Buy:
        """Move a test buy; raises what BuyRows.move and `decide_move` raise."""
        decide = functools.partial(decide_move, sent=sent, principal=principal, now=now, case_id=new_id())
        return await self._buys.rows.move(principal, buy_id, decide, allowed_moves, version=sent.version, claim=claim)

    async def find(self, principal: Principal, buy_id: str) -> Buy:
        """Give a test buy; raises BuyNotFound."""
        return await self._buys.rows.find(principal, buy_id, allowed_moves)

    async def estimate(self, principal: Principal, quarter: str | None, product: str | None) -> EstimateList:
        """Give the estimates of the accepted plans that the caller sees, by quarter and product."""
        plans = await self._buys.plans.find_findings(principal, quarter, product)
        return await asyncio.to_thread(estimates_of, plans)


def plan_from(checked: Sequence[CheckedListing], sent: BuyPlanSent, labels: dict[Region, int], seed: str) -> NewPlan:
    """Give the plan of a frame as the store keeps it; raises as `propose`."""
    money = Money(
        budget=Decimal(str(sent.budget)),
        default_price=Decimal(str(sent.default_price)),
        shipping=Decimal(str(sent.shipping)),
        random_share=sent.random_share,
    )
    frame = [listing for one in checked if _is_wanted(listing := _listing_of(one, sent.currency), sent)]
    proposal = propose(frame, money, labels, seed)
    return NewPlan(
        sent=sent,
        seed=seed,
        frame_sha256=proposal.frame_digest,
        frame_size=proposal.frame_size,
        strata=_strata_of(proposal),
        expected_cost=float(proposal.cost),
        buys=[_buy_of(buy) for buy in proposal.buys],
    )


def _listing_of(one: CheckedListing, currency: str) -> FrameListing:
    return FrameListing(
        check_id=one.check_id,
        listing_id=one.listing_id,
        seller_id=one.seller_id,
        product=one.product,
        outcome=one.outcome,
        authenticity=one.authenticity,
        price=price_of(one.attributes, currency),
    )


def _is_wanted(listing: FrameListing, sent: BuyPlanSent) -> bool:
    price = sent.default_price if listing.price is None else float(listing.price)
    return price >= sent.min_price and (sent.max_price is None or price < sent.max_price)


def _strata_of(proposal: Proposal) -> list[dict[str, object]]:
    return [
        {
            "group": one.group,
            "chosen": one.chosen,
            "size": one.size,
            "draws": one.draws,
            "suspicion": one.suspicion,
        }
        for one in proposal.strata
    ]


def _buy_of(buy: ProposedBuy) -> NewBuy:
    listing = buy.listing
    worth = None
    if buy.worth is not None:
        worth = {"uncertainty": buy.worth.uncertainty, "reach": buy.worth.reach, "labels": buy.worth.labels}
    return NewBuy(
        check_id=listing.check_id,
        listing_id=listing.listing_id,
        seller_id=listing.seller_id,
        product=listing.product,
        verdict=listing.outcome,
        authenticity=listing.authenticity,
        selection=buy.selection,
        stratum=buy.stratum,
        probability=buy.probability,
        worth=worth,
        expected_cost=float(buy.cost),
    )
