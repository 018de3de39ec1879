"""Test buys: each month a plan for the month before, whose purchases are ordered, received, examined and decided."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Awaitable, Callable
from typing import Any

from serving.schemas.enforcement.buys import BuyState
from simulator.actors.open_case import OpenCase
from simulator.actors.takedown_desk import TakedownDesk
from simulator.actors.world import World
from simulator.truth.events import BuyMoved, BuyPlanned, CaseListing, CaseOpened, ChecklistWritten

COUNTRY = "DE"  # of the cases that counterfeits open
BUDGET = 2500
SHIPPING = 8
CANCELLED_RATE = 0.03  # of purchases, since the listing is gone
LOST_RATE = 0.04
UNSURE_RATE = 0.04  # of examinations that cannot tell
PLANNING_HOUR = datetime.timedelta(hours=10)
POINTS = (
    {"point_id": "word_mark", "text": "Simulated: the word mark stands straight.", "decisive": True},
    {"point_id": "rating_label", "text": "Simulated: the rating label is legible.", "decisive": False},
)
Step = Callable[["Purchase"], Awaitable[None]]


class Purchase:
    """One purchase of an accepted plan, and where it stands."""

    def __init__(self, world: World, answer: dict[str, Any]) -> None:
        self._world = world
        self.check = world.checks[answer["check_id"]]
        self.buy_id: str = answer["buy_id"]
        self.expected_cost: float = answer["expected_cost"]
        self._version: int = answer["version"]

    async def move(self, to: BuyState, **sent: Any) -> dict[str, Any]:
        """Move it, as the operator."""
        body = {"to": to, "version": self._version, **sent}
        answer = await self._world.operator.post(f"/v1/test-buys/{self.buy_id}/moves", body)
        self._version = answer["version"]
        self._world.ledger.add(BuyMoved(at=self._world.agenda.now, buy_id=self.buy_id, to=to, cost=sent.get("cost")))
        return answer


class TestBuyers:
    """The operator's people who buy; a counterfeit becomes a case at the takedown desk."""

    def __init__(self, world: World, desk: TakedownDesk) -> None:
        self._world = world
        self._desk = desk
        self._rng = world.random_of("test buyers")

    def start(self) -> None:
        """Write the checklists, and put the first plan on the agenda."""
        self._world.agenda.at(self._world.agenda.now, self._write_checklists)
        self._plan_next_month()

    async def _write_checklists(self) -> None:
        for member in self._world.members:
            product = member.profile.product
            await member.api.put(f"/v1/test-buys/checklists/{product}", {"version": 0, "points": list(POINTS)})
            self._world.ledger.add(ChecklistWritten(at=self._world.agenda.now, product=product))

    def _plan_next_month(self) -> None:
        first = _next_month(self._world.agenda.now)
        self._world.agenda.at(first + PLANNING_HOUR, functools.partial(self._plan, first))

    async def _plan(self, until: datetime.datetime) -> None:
        """Propose and accept a plan for the month that ends at `until`."""
        since = max((until - datetime.timedelta(days=1)).replace(day=1), self._world.settings.start)
        operator = self._world.operator
        plan = await operator.post(
            "/v1/test-buys/plans",
            {
                "since": since.isoformat(),
                "until": until.isoformat(),
                "country": COUNTRY,
                "currency": "EUR",
                "budget": BUDGET,
                "default_price": 60,
                "shipping": SHIPPING,
            },
        )
        await operator.post(f"/v1/test-buys/plans/{plan['plan_id']}/acceptance")
        for buy in await operator.list_all("/v1/test-buys", "buys", plan_id=plan["plan_id"], limit=200):
            self._world.ledger.add(
                BuyPlanned(
                    at=self._world.agenda.now,
                    buy_id=buy["buy_id"],
                    plan_id=buy["plan_id"],
                    quarter=plan["quarter"],
                    check_id=buy["check_id"],
                    stratum=buy["stratum"],
                    probability=buy["probability"],
                )
            )
            self._after_days(Purchase(self._world, buy), self._rng.uniform(0.2, 3), self._order)
        self._plan_next_month()

    def _after_days(self, purchase: Purchase, days: float, step: Step) -> None:
        wait = datetime.timedelta(seconds=round(days * 86400))
        self._world.agenda.at(self._world.agenda.now + wait, functools.partial(step, purchase))

    async def _order(self, purchase: Purchase) -> None:
        if self._rng.random() < CANCELLED_RATE:
            await purchase.move("cancelled", reason="Simulated: the listing is gone.")
            return
        await purchase.move("ordered", cost=purchase.expected_cost)
        self._after_days(purchase, self._rng.uniform(3, 12), self._receive)

    async def _receive(self, purchase: Purchase) -> None:
        if self._rng.random() < LOST_RATE:
            await purchase.move("not_delivered")
            return
        await purchase.move("received")
        self._after_days(purchase, self._rng.uniform(0.5, 4), self._examine)

    async def _examine(self, purchase: Purchase) -> None:
        is_genuine = purchase.check.label == "genuine"
        unsure = self._rng.random() < UNSURE_RATE
        result = "not_checked" if unsure else "pass" if is_genuine else "fail"
        findings = [{"point_id": point["point_id"], "result": result, "note": "simulated"} for point in POINTS]
        await purchase.move("examined", findings=findings)
        answer = await purchase.move("cant_tell" if unsure else "genuine" if is_genuine else "counterfeit")
        if answer["case_id"] is not None:
            await self._hand_over(purchase, answer["case_id"])

    async def _hand_over(self, purchase: Purchase, case_id: str) -> None:
        world, check = self._world, purchase.check
        answer = await world.operator.get(f"/v1/cases/{case_id}")
        opened = CaseOpened(
            at=world.agenda.now,
            case_id=case_id,
            member_id=None,
            opened_by="test_buy",
            product=check.product,
            ground="trademark",
            country=COUNTRY,
            listings=(
                CaseListing(
                    listing_id=check.listing_id, seller_id=check.seller_id, check_id=check.check_id, label=check.label
                ),
            ),
        )
        world.ledger.add(opened)
        member = next(member for member in world.members if member.member_id == check.member_id)
        self._desk.receive(OpenCase(world, member, opened, answer))


def _next_month(moment: datetime.datetime) -> datetime.datetime:
    """Give the first moment of the next month of UTC."""
    day = (moment.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
