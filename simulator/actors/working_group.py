"""A working group of members of one category: they share sellers of confirmed counterfeits, ask, and one leaves."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from simulator.actors.world import Member, World
from simulator.truth.events import GroupAsked, GroupFounded, GroupLeft, ReviewMade, SellerShared

MEETING = datetime.timedelta(days=7)
HOUR = datetime.timedelta(hours=12)
QUESTIONS = 3  # of a member at a meeting
LEAVES_AFTER = 0.6  # of the year
TERMS = "Simulated terms: we share the ids of sellers whose listings a reviewer of ours found counterfeit."


class WorkingGroup:
    """The people of one group, once a week."""

    def __init__(self, world: World, members: Sequence[Member]) -> None:
        self._world = world
        self._members = list(members)
        self._category = members[0].profile.category
        self._rng = world.random_of(f"working group/{self._category}")
        self._group_id = ""
        self._read = 0  # events of the ledger that were looked through

    def start(self) -> None:
        """Put founding, meetings and a farewell on the agenda."""
        settings = self._world.settings
        self._world.agenda.at(settings.start, self._found)
        self._world.agenda.every(MEETING, self._meet, first=settings.start + MEETING + HOUR)
        if len(self._members) > 2:
            self._world.agenda.at(
                settings.start + settings.days * LEAVES_AFTER * datetime.timedelta(days=1), self._leave
            )

    async def _found(self) -> None:
        operator = self._world.operator
        sent = {"name": f"Simulated group: {self._category}", "category": self._category, "terms": TERMS}
        self._group_id = (await operator.post("/v1/groups", sent))["group_id"]
        for member in self._members:
            await operator.post(f"{self._path}/members", {"member_id": member.member_id})
            agreement = {
                "terms_version": 1,
                "shares": [{"kind": "seller_id", "product": member.profile.product}],
                "asks": ["seller_id"],
                "contact": f"enforcement@simulated-member-{member.profile.number:02d}.example",
            }
            await member.api.put(f"{self._path}/agreement", agreement)
        self._world.ledger.add(
            GroupFounded(
                at=self._world.agenda.now,
                group_id=self._group_id,
                category=self._category,
                member_ids=tuple(member.member_id for member in self._members),
            )
        )

    @property
    def _path(self) -> str:
        return f"/v1/groups/{self._group_id}"

    async def _meet(self) -> None:
        await self._share()
        for member in self._members:
            await self._ask(member)

    async def _share(self) -> None:
        news, self._read = self._world.ledger.events[self._read :], len(self._world.ledger.events)
        members = {member.member_id: member for member in self._members}
        for event in news:
            if not isinstance(event, ReviewMade) or event.decision != "counterfeit":
                continue
            check = self._world.checks[event.check_id]
            if (member := members.get(check.member_id)) is None:
                continue
            await member.api.post(f"{self._path}/items", {"check_id": check.check_id, "kinds": ["seller_id"]})
            self._world.ledger.add(
                SellerShared(
                    at=self._world.agenda.now,
                    group_id=self._group_id,
                    member_id=member.member_id,
                    check_id=check.check_id,
                    seller_id=check.seller_id,
                )
            )

    async def _ask(self, member: Member) -> None:
        sellers = sorted({check.seller_id for check in self._world.checks.values()})
        for seller_id in self._rng.sample(sellers, min(QUESTIONS, len(sellers))):
            asked = {"seller_id": seller_id, "kinds": ["seller_id"]}
            answer = await member.api.post(f"{self._path}/questions", asked)
            self._world.ledger.add(
                GroupAsked(
                    at=self._world.agenda.now,
                    group_id=self._group_id,
                    member_id=member.member_id,
                    seller_id=seller_id,
                    answered=tuple(one["name"] for match in answer["matches"] for one in match["ask"]),
                )
            )

    async def _leave(self) -> None:
        member = self._members.pop()
        await member.api.send("DELETE", f"{self._path}/agreement")
        self._world.ledger.add(
            GroupLeft(at=self._world.agenda.now, group_id=self._group_id, member_id=member.member_id)
        )
