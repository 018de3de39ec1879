"""A takedown case in the hands of those who move it: each move goes through the API and into the ledger."""

from __future__ import annotations

import datetime
from typing import Any

from serving.schemas.enforcement.cases import CaseActor, CaseState, Jurisdiction
from serving.schemas.enforcement.complaints import ComplaintOutcome
from simulator.actors.world import Member, World
from simulator.api import Api
from simulator.truth.events import (
    CaseAnswered,
    CaseAsked,
    CaseMoved,
    CaseOpened,
    ComplaintDecided,
    ComplaintMade,
    Event,
)


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
    def notifier(self) -> tuple[Api, CaseActor]:
        """Who notified, and as what it acts: the operator for its own findings."""
        if self.opened.member_id is None:
            return self._world.operator, "operator"
        return self.member.api, "notifier"

    @property
    def holder(self) -> tuple[Api, CaseActor]:
        """The right holder, and as what it acts."""
        return self.member.api, "holder" if self.opened.member_id is None else "notifier"

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

    async def counter(self, words: str) -> None:
        """Answer the notice as the seller does: by its link, without a key."""
        if self.seller_link is None:
            raise ValueError(f"case {self.opened.case_id} was not forwarded, so its seller has no link")
        token = self.seller_link.rpartition("/")[2]  # of the page's address
        await self._world.server.api_without_key().post(f"/v1/case-notices/{token}", {"text": words})
        self._note(CaseMoved(at=self._now, case_id=self.opened.case_id, to="counter_notice", actor="seller"))
        self._take(await self._world.operator.get(self.path))

    async def complain(self, words: str) -> str:
        """Complain as the notifier, by the mechanism of the EU; gives the complaint's id."""
        api, _ = self.notifier
        answer = await api.post(f"{self.path}/complaints", {"text": words})
        complaint_id: str = answer["complaint_id"]
        self._note(ComplaintMade(at=self._now, complaint_id=complaint_id, case_id=self.opened.case_id))
        return complaint_id

    async def decide_complaint(self, complaint_id: str, outcome: ComplaintOutcome, reason: str) -> None:
        """Decide a complaint, as the operator; a reversed refusal is examined again."""
        sent = {"outcome": outcome, "reason": reason}
        await self._world.operator.post(f"/v1/complaints/{complaint_id}/decision", sent)
        self._note(ComplaintDecided(at=self._now, complaint_id=complaint_id, outcome=outcome))
        if outcome == "reversed":
            self._note(CaseMoved(at=self._now, case_id=self.opened.case_id, to="in_review", actor="operator"))
        self._take(await self._world.operator.get(self.path))

    async def move_by_server(self, to: CaseState) -> None:
        """Let the server do what is due now, which is this move in truth, and read the case again."""
        await self._world.server.fire_timers()
        self._note(CaseMoved(at=self._now, case_id=self.opened.case_id, to=to, actor="server"))
        self._take(await self._world.operator.get(self.path))

    async def ask(self, api: Api, question: str) -> None:
        """Ask the notifier, as the operator."""
        self._take(await api.post(f"{self.path}/question", {"text": question, "version": self._version}))
        self._note(CaseAsked(at=self._now, case_id=self.opened.case_id))

    async def answer(self, answer: str) -> None:
        """Answer the operator, as the notifier."""
        api, actor = self.notifier
        self._take(await api.post(f"{self.path}/answer", {"text": answer, "version": self._version}))
        self._note(CaseAnswered(at=self._now, case_id=self.opened.case_id, actor=actor))

    @property
    def _now(self) -> datetime.datetime:
        return self._world.agenda.now

    def _take(self, answer: dict[str, Any]) -> None:
        self.state, self._version = answer["state"], answer["version"]

    def _note(self, event: Event) -> None:
        self._world.ledger.add(event)
