"""One member's cases are opened by a rule: for each check that is sure of a counterfeit, without a person."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.actors.open_case import OpenCase
from simulator.actors.takedown_desk import TakedownDesk
from simulator.actors.world import World
from simulator.api import UnexpectedAnswer
from simulator.truth.events import CaseListing, CaseOpened, CheckMade, RuleMade

MEMBER = 1  # index of the member that has the rule
MAX_AUTHENTICITY = 0.1


class RuleDesk:
    """Knows which checks open a case by the rule, and hands these cases to the takedown desk."""

    def __init__(self, world: World, desk: TakedownDesk) -> None:
        self._world = world
        self._desk = desk
        self._member = world.members[MEMBER]
        self._rule_id = ""

    def start(self) -> None:
        """Make the rule before the first check."""
        self._world.agenda.at(self._world.settings.start, self._make_rule)

    async def _make_rule(self) -> None:
        member = self._member
        settings = {"max_authenticity": MAX_AUTHENTICITY, "country": member.profile.country}
        sent = {"kind": "counterfeit", "member_id": member.member_id, "settings": settings}
        self._rule_id = (await self._world.operator.post("/v1/case-rules", sent))["rule_id"]
        made = RuleMade(at=self._world.agenda.now, rule_id=self._rule_id, member_id=member.member_id)
        self._world.ledger.add(made)

    def covers(self, check: CheckMade) -> bool:
        """Whether the rule opens a case on a check."""
        is_sure = check.authenticity is not None and check.authenticity <= MAX_AUTHENTICITY
        return check.member_id == self._member.member_id and check.outcome == "counterfeit" and is_sure

    async def work(self, checks: Iterable[CheckMade]) -> None:
        """Let the server apply its rules, and take over the case of each check that the rule covers."""
        await self._world.server.apply_rules()
        for check in checks:
            if self.covers(check):
                await self._take_over(check)

    async def _take_over(self, check: CheckMade) -> None:
        wanted = {"rule_id": self._rule_id, "check_id": check.check_id}
        found = (await self._world.operator.get("/v1/cases", **wanted))["cases"]
        if len(found) != 1:
            raise UnexpectedAnswer(f"the rule opened {len(found)} cases on check {check.check_id}; it opens one")
        opened = CaseOpened(
            at=self._world.agenda.now,
            case_id=found[0]["case_id"],
            member_id=self._member.member_id,
            opened_by="rule",
            product=check.product,
            ground="trademark",
            country=self._member.profile.country,
            listings=(
                CaseListing(
                    listing_id=check.listing_id, seller_id=check.seller_id, check_id=check.check_id, label=check.label
                ),
            ),
        )
        self._world.ledger.add(opened)
        self._desk.receive(OpenCase(self._world, self._member, opened, found[0]))
