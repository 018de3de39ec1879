"""The people of a member who notify the marketplace of counterfeits, and answer its questions."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from serving.schemas.enforcement.cases import Ground
from simulator.actors.open_case import OpenCase
from simulator.actors.suspects import Suspects
from simulator.actors.takedown_desk import TakedownDesk
from simulator.actors.world import Member, World
from simulator.truth.events import CaseListing, CaseOpened, CheckMade
from simulator.world.working_hours import next_office_time

AFTER_OPENING = datetime.timedelta(hours=1)  # when the reviewers have done their morning's work
HOME_RATE = 0.5  # of notices that are about the member's own country; the others are about these markets
MARKETS = ("CN", "CN", "DE", "US", "FR", "GB", "JP", "IT", "ES")
GROUNDS: tuple[Ground, ...] = ("trademark", "trademark", "trademark", "design")
PRICES = (15, 180)  # in euros


class Notifiers:
    """The notifying people of one member: once on each working day, a case for each seller that is suspected."""

    def __init__(self, world: World, member: Member, suspects: Suspects, desk: TakedownDesk) -> None:
        self._world = world
        self._member = member
        self._suspects = suspects
        self._desk = desk
        self._rng = world.random_of(f"notifiers/{member.profile.number}")

    def start(self) -> None:
        """Put the first morning on the agenda."""
        self._come_back(self._world.agenda.now)

    def _come_back(self, moment: datetime.datetime) -> None:
        opens = next_office_time(self._member.profile.country, moment)
        self._world.agenda.at(opens + AFTER_OPENING, self._work)

    async def _work(self) -> None:
        for checks in _by_seller(self._suspects.take(self._member.member_id)):
            await self._notify(checks)
        self._come_back(self._world.agenda.now + datetime.timedelta(hours=20))

    async def _notify(self, checks: Sequence[CheckMade]) -> None:
        listings = [
            {
                "check_id": check.check_id,
                "url": f"https://marketplace.example/{check.listing_id}",
                "value": {"amount": self._rng.randint(*PRICES), "currency": "EUR"},
            }
            for check in checks
        ]
        country = self._member.profile.country if self._rng.random() < HOME_RATE else self._rng.choice(MARKETS)
        sent = {
            "country": country,
            "product": self._member.profile.product,
            "ground": self._rng.choice(GROUNDS),
            "statement": "Simulated notice: the photos show a counterfeit of our product.",
            "listings": listings,
        }
        answer = await self._member.api.post("/v1/cases", sent)
        opened = CaseOpened(
            at=self._world.agenda.now,
            case_id=answer["case_id"],
            member_id=self._member.member_id,
            opened_by="member",
            product=self._member.profile.product,
            ground=answer["ground"],
            country=answer["country"],
            listings=tuple(
                CaseListing(
                    listing_id=check.listing_id,
                    seller_id=check.seller_id,
                    check_id=check.check_id,
                    label=check.label,
                )
                for check in checks
            ),
        )
        self._world.ledger.add(opened)
        self._desk.receive(OpenCase(self._world, self._member, opened, answer))


def _by_seller(checks: Iterable[CheckMade]) -> list[list[CheckMade]]:
    of_seller: dict[str, list[CheckMade]] = {}
    for check in checks:
        of_seller.setdefault(check.seller_id, []).append(check)
    return list(of_seller.values())
