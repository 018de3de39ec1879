"""Reviewers decide on what the detector left open, in their country's office hours, and err at times."""

from __future__ import annotations

import datetime

from serving.schemas.checks import Decision
from simulator.actors.suspects import Suspects
from simulator.actors.world import Member, World
from simulator.truth.events import ReviewMade
from simulator.world.photos import Label
from simulator.world.working_hours import next_office_time

ERROR_RATE = 0.04
CANT_TELL_RATE = 0.03
CAPACITY = 25  # checks in a sitting
LARGE_MEMBERS = 12  # the first ones, whose reviewers sit every working day; those of others, every third day


class ReviewDesk:
    """The reviewers of one member: each morning they take the oldest of what waits."""

    def __init__(self, world: World, member: Member, suspects: Suspects) -> None:
        self._world = world
        self._suspects = suspects
        self._member = member
        self._rng = world.random_of(f"reviewers/{member.profile.number}")

    def start(self) -> None:
        """Put the first morning on the agenda."""
        self._come_back(self._world.agenda.now)

    def _come_back(self, moment: datetime.datetime) -> None:
        self._world.agenda.at(next_office_time(self._member.profile.country, moment), self._work)

    async def _work(self) -> None:
        page = await self._member.api.get("/v1/checks", queue="true", sort="oldest", limit=CAPACITY)
        for check in page["checks"]:
            made = self._world.checks[check["check_id"]]
            decision = self._decide(made.label)
            path = f"/v1/checks/{check['check_id']}/review"
            await self._member.api.post(path, {"decision": decision, "note": "simulated reviewer"})
            self._world.ledger.add(ReviewMade(at=self._world.agenda.now, check_id=check["check_id"], decision=decision))
            if decision == "counterfeit":
                self._suspects.add(made)
        is_large = self._member.profile.number <= LARGE_MEMBERS
        self._come_back(self._world.agenda.now + datetime.timedelta(hours=20 if is_large else 68))

    def _decide(self, label: Label) -> Decision:
        chance = self._rng.random()
        if chance < CANT_TELL_RATE:
            return "cant_tell"
        if chance < CANT_TELL_RATE + ERROR_RATE:
            return "genuine" if label == "counterfeit" else "counterfeit"
        return label
