"""One simulated year: opens the server and the world, lets time pass, and writes what happened."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable

from simulator.actors.clerk import Clerk
from simulator.actors.event_reader import EventReader
from simulator.actors.marketplace import Marketplace
from simulator.actors.notifiers import Notifiers
from simulator.actors.review_desk import ReviewDesk
from simulator.actors.rule_desk import RuleDesk
from simulator.actors.suspects import Suspects
from simulator.actors.takedown_desk import TakedownDesk
from simulator.actors.test_buyers import TestBuyers
from simulator.actors.working_group import WorkingGroup
from simulator.actors.world import Member, World, open_world
from simulator.agenda import Agenda
from simulator.server import serve_simulated
from simulator.settings import YearSettings
from simulator.truth.ledger import Ledger
from simulator.year_folder import MemberAccess, YearFacts, YearFolder

WORKING_GROUPS = 3
DAY = datetime.timedelta(days=1)


async def run_year(settings: YearSettings, folder: YearFolder, on_day: Callable[[int], None]) -> Ledger:
    """Simulate into a folder that has the bundle and no store yet; `on_day` hears how many days have passed."""
    agenda, ledger = Agenda(settings.start), Ledger()
    operator_key = secrets.token_urlsafe(24)
    async with serve_simulated(folder.bundle, folder.store, operator_key, agenda, ledger) as server:
        world = await open_world(settings, agenda, ledger, server, operator_key)
        _start_actors(world)
        for day in range(settings.days):
            await agenda.run_until(settings.start + (day + 1) * DAY)
            on_day(day + 1)
    facts = YearFacts(
        settings=settings,
        operator_key=operator_key,
        members=[
            MemberAccess(member_id=member.member_id, name=member.profile.name, key=member.key)
            for member in world.members
        ],
    )
    ledger.write(folder.ledger)
    folder.write_facts(facts)
    return ledger


def _start_actors(world: World) -> None:
    suspects = Suspects()
    desk = TakedownDesk(world)
    rule = RuleDesk(world, desk)
    rule.start()
    Marketplace(world, suspects, rule).start()
    TestBuyers(world, desk).start()
    Clerk(world).start()
    EventReader(world).start()
    for member in world.members:
        ReviewDesk(world, member, suspects).start()
        Notifiers(world, member, suspects, desk).start()
    for members in _groups(world)[:WORKING_GROUPS]:
        WorkingGroup(world, members).start()


def _groups(world: World) -> list[list[Member]]:
    """Give the members of each category that has two or more, in the order of the categories."""
    by_category: dict[str, list[Member]] = {}
    for member in world.members:
        by_category.setdefault(member.profile.category, []).append(member)
    return [members for members in by_category.values() if len(members) > 1]
