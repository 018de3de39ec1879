"""Listings appear on the marketplace, and the members' monitoring checks them a few times a day."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import hashlib
import random
from typing import Any

from simulator.actors.rule_desk import RuleDesk
from simulator.actors.suspects import Suspects
from simulator.actors.world import Member, World
from simulator.truth.events import CheckMade
from simulator.world.photos import Item, choose_photos, disguise, recompress
from simulator.world.sellers import Seller

SCANS_PER_DAY = 4
AT_ONCE = 4  # checks that run beside each other: enough for two cores
PRICES = (25, 160)  # in euros
WEIGHTS = {"honest": 1.0, "counterfeit": 1.5, "ring": 4.0}  # of a seller, in new listings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewListing:
    """A listing as it appears, with what is true of it."""

    listing_id: str
    seller: Seller
    account: str
    item: Item
    member: Member
    photos: tuple[bytes, ...]
    attributes: dict[str, Any]


class Marketplace:
    """Makes the listings of each day and has them checked; what is called counterfeit is suspected."""

    def __init__(self, world: World, suspects: Suspects, rule: RuleDesk) -> None:
        self._world = world
        self._rule = rule
        self._suspects = suspects
        self._rng = world.random_of("marketplace")
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._count = 0

    def start(self) -> None:
        """Put the scans on the agenda."""
        every = datetime.timedelta(days=1) / SCANS_PER_DAY
        self._world.agenda.every(every, self._scan, first=self._world.settings.start + every / 2)

    async def _scan(self) -> None:
        expected = self._world.settings.listings_per_day / SCANS_PER_DAY
        listings = [self._make_listing() for _ in range(_poisson(expected, self._rng))]
        checks = await asyncio.gather(*(self._check(listing) for listing in listings))
        await self._rule.work(checks)

    def _make_listing(self) -> NewListing:
        rng, world = self._rng, self._world
        seller = rng.choices(world.sellers, [WEIGHTS[seller.kind] for seller in world.sellers])[0]
        item = rng.choice(seller.items)
        change = disguise if seller.kind == "ring" else recompress
        count = rng.randint(1, world.settings.max_photos)
        photos = tuple(change(photo, rng) for photo in choose_photos(item, count, rng))
        self._count += 1
        return NewListing(
            listing_id=f"simulated-listing-{self._count:05d}",
            seller=seller,
            account=rng.choice(seller.accounts_in_use),
            item=item,
            member=world.members[rng.choice(seller.products)],
            photos=photos,
            attributes={"contact": seller.contact, "price": rng.randint(*PRICES), "currency": "EUR"},
        )

    async def _check(self, listing: NewListing) -> CheckMade:
        sent = {
            "listing_id": listing.listing_id,
            "seller_id": listing.account,
            "product": listing.member.profile.product,
            "attributes": listing.attributes,
        }
        async with self._at_once:
            check = await listing.member.api.check(listing.photos, sent)
        made = CheckMade(
            at=self._world.agenda.now,
            check_id=check["check_id"],
            member_id=listing.member.member_id,
            product=listing.member.profile.product,
            listing_id=listing.listing_id,
            seller_id=listing.account,
            label=listing.item.label,
            outcome=check["outcome"],
            authenticity=check["authenticity"],
            photo_sha256s=tuple(hashlib.sha256(photo).hexdigest() for photo in listing.photos),
        )
        self._world.ledger.add(made)
        self._world.checks[made.check_id] = made
        if made.outcome == "counterfeit" and not self._rule.covers(made):
            self._suspects.add(made)
        return made


def _poisson(mean: float, rng: random.Random) -> int:
    """Draw from a Poisson distribution by counting arrivals (Knuth); `mean` is small."""
    count, left = 0, mean
    while (left := left - rng.expovariate(1.0)) > 0:
        count += 1
    return count
