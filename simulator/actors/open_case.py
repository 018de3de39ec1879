"""A takedown case in the hands of those who move it: each move goes through the API and into the ledger."""

from __future__ import annotations

import datetime
from typing import Any

from serving.schemas.enforcement.cases import CaseActor, CaseState, Jurisdiction
from simulator.actors.world import Member, World
from simulator.api import Api
from simulator.truth.events import CaseAnswered, CaseAsked, CaseMoved, CaseOpened


class OpenCase:
    """One case: what was opened, who notified, and where it stands by the last answer."""

    def __init__(self, world: World, member: Member, opened: CaseOpened, answer: dict[str, Any]) -> None:
        self._world = world
        self.member = member
        self.opened = opened
        self.is_just = any(listing.label == "counterfeit" for listing in opened.listings)
        self.jurisdiction: Jurisdiction = answer["jurisdiction"]
        self.state: CaseState = answer["state"]
        self.seller_link: str | None = None  # once the case was forwarded
        self._version: int = answer["version"]

    @property
    def path(self) -> str:
        """Where the case is in the API."""
        return f"/v1/cases/{self.opened.case_id}"

    async def move(self, api: Api, to: CaseState, actor: CaseActor, reason: str = "") -> None:
        """Move it, as the holder of a key."""
        sent = {"to": to, "version": self._version, "reason": reason}
        answer = await api.post(f"{self.path}/moves", sent)
        self._take(answer)
        self.seller_link = answer["seller_link"] or self.seller_link
        self._note(CaseMoved(at=self._now, case_id=self.opened.case_id, to=to, actor=actor))

    async def move_by_server(self, to: CaseState) -> None:
        """Let the server do what is due now, which is this move in truth, and read the case again."""
        await self._world.server.fire_timers()
        self._note(CaseMoved(at=self._now, case_id=self.opened.case_id, to=to, actor="server"))
        self._take(await self._world.operator.get(self.path))

    async def ask(self, api: Api, question: str) -> None:
        """Ask the notifier, as the operator."""
        self._take(await api.post(f"{self.path}/question", {"text": question, "version": self._version}))
        self._note(CaseAsked(at=self._now, case_id=self.opened.case_id))

    async def answer(self, api: Api, answer: str) -> None:
        """Answer the operator, as the notifier."""
        self._take(await api.post(f"{self.path}/answer", {"text": answer, "version": self._version}))
        self._note(CaseAnswered(at=self._now, case_id=self.opened.case_id))

    @property
    def _now(self) -> datetime.datetime:
        return self._world.agenda.now

    def _take(self, answer: dict[str, Any]) -> None:
        self.state, self._version = answer["state"], answer["version"]

    def _note(self, event: CaseMoved | CaseAsked | CaseAnswered) -> None:
        self._world.ledger.add(event)
