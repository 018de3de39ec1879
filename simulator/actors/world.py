"""The stage on which the people of the simulation act: time, server, ledger, members and sellers."""

from __future__ import annotations

import dataclasses
import random

from simulator.agenda import Agenda
from simulator.api import Api
from simulator.server import SimulatedServer
from simulator.settings import YearSettings
from simulator.truth.events import AccountOpened, CheckMade, MemberJoined
from simulator.truth.ledger import Ledger
from simulator.world.members import SimulatedMember, make_members
from simulator.world.photos import read_items
from simulator.world.sellers import Seller, make_sellers

MEMBER_SCOPES = ("check", "read", "review", "cases", "admin")
OPERATOR_SCOPES = MEMBER_SCOPES  # a key gives no scope that it has not


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member with its id, the key that was made for it, and the API as it calls it."""

    profile: SimulatedMember
    member_id: str
    key: str
    api: Api


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that actors share. `operator` is the API with the operator's key."""

    settings: YearSettings
    agenda: Agenda
    ledger: Ledger
    server: SimulatedServer
    operator: Api
    members: tuple[Member, ...]
    sellers: tuple[Seller, ...]
    checks: dict[str, CheckMade] = dataclasses.field(default_factory=dict)  # by their ids

    def random_of(self, actor: str) -> random.Random:
        """Give the random numbers of one actor, which no other actor's use of chance changes."""
        return random.Random(f"{self.settings.seed}/{actor}")

    def note_account(self, seller: Seller, account: str) -> None:
        """Record that a seller sells under an account from now on."""
        self.ledger.add(
            AccountOpened(at=self.agenda.now, seller_id=account, owner=seller.name, in_ring=seller.kind == "ring")
        )


async def open_world(
    settings: YearSettings, agenda: Agenda, ledger: Ledger, server: SimulatedServer, operator_key: str
) -> World:
    """Add the members with their keys, and the sellers with their first accounts."""
    by_settings = server.api(operator_key)
    made = await by_settings.post("/v1/keys", {"label": "simulated operator", "scopes": list(OPERATOR_SCOPES)})
    operator = server.api(made["key"])  # which names who decides a complaint; the key of the settings does not
    members = [await _join(profile, agenda, ledger, server, operator) for profile in make_members(settings.members)]
    sellers = make_sellers(
        read_items(),
        honest=settings.honest_sellers,
        counterfeit=settings.counterfeit_sellers,
        rings=settings.rings,
        members=settings.members,
        rng=random.Random(f"{settings.seed}/sellers"),
    )
    world = World(
        settings=settings,
        agenda=agenda,
        ledger=ledger,
        server=server,
        operator=operator,
        members=tuple(members),
        sellers=tuple(sellers),
    )
    for seller in sellers:
        for account in seller.accounts:
            world.note_account(seller, account)
    return world


async def _join(
    profile: SimulatedMember, agenda: Agenda, ledger: Ledger, server: SimulatedServer, operator: Api
) -> Member:
    sent = {"category": profile.category, "country": profile.country, "products": [profile.product]}
    member_id = (await operator.post("/v1/members", {"name": profile.name, **sent}))["member_id"]
    label = f"{profile.name}: everything it does"
    made = await operator.post("/v1/keys", {"label": label, "scopes": list(MEMBER_SCOPES), "member_id": member_id})
    ledger.add(
        MemberJoined(
            at=agenda.now,
            member_id=member_id,
            name=profile.name,
            category=profile.category,
            country=profile.country,
            product=profile.product,
        )
    )
    return Member(profile=profile, member_id=member_id, key=made["key"], api=server.api(made["key"]))
