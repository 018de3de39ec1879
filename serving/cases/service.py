"""Opens, reads and moves takedown cases: who may is decided here, and what a move does in `moving`."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from serving.cases.decision_policy import DecisionPolicy
from serving.cases.moving import WantedMove, decide_answer, decide_move, decide_question, opening_of
from serving.cases.notices import DEFAULT_POLICY, SellerLink
from serving.cases.seller_shares import SellerShare, shares_of
from serving.cases.states import END_STATES, moves_from
from serving.clock import utc_now
from serving.errors import RequestRefused
from serving.principal import Principal
from serving.schemas.enforcement.cases import AllowedMove, Case, CaseActor
from serving.store.cases.case_rows import CaseRows
from serving.store.cases.case_values import CaseChange, NewCase, OpenedCase, OpenedRest, Opening, StoredCase
from serving.store.idempotency_rows import Claim
from serving.store.sortable_id import new_id

LINK_LASTS: Final = datetime.timedelta(days=200)  # longer than the six months for a complaint
TOKEN_BYTES: Final = 32
WriteAll = Callable[[Principal, Sequence[tuple[NewCase, Opening]]], Awaitable[list[OpenedCase | RequestRefused]]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SellerToken:
    """The token of a seller's link, and what the notice behind it is about."""

    share: SellerShare
    token: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A case after a move; `seller_tokens` are those of the sellers' links, shown once, where the move made them.

    `replayed` where the move had been made before, with the same key; then there are none.
    """

    case: Case
    replayed: bool
    seller_tokens: tuple[SellerToken, ...] = ()


class Cases:
    """The cases of one store; `policy` is what the letters about decisions tell of."""

    def __init__(self, rows: CaseRows, policy: DecisionPolicy = DEFAULT_POLICY) -> None:
        self.rows = rows
        self._policy = policy

    async def open(self, principal: Principal, new: NewCase) -> OpenedCase:
        """Open a case, or give the one that was opened with the same `origin_key`.

        A member's case is its own. Raises RequestInvalid, CaseCheckMissing, CalendarUnknown, IdempotencyKeyReused.
        """
        own = owned(principal, new)
        return await self.rows.add(principal, own, opening_by(principal, own, utc_now()))

    async def open_rest(self, principal: Principal, new: NewCase) -> OpenedRest:
        """Open a case as `open` does, of those listings alone that have no case of its product that has not ended."""
        own, now = owned(principal, new), utc_now()
        return await self.rows.add_rest(principal, own, lambda rest: opening_by(principal, rest, now), END_STATES)

    async def open_all(self, principal: Principal, some: Sequence[NewCase]) -> list[OpenedCase | RequestRefused]:
        """Open several cases in one transaction, each as `open` does; gives the error of each that can't be."""
        return await self._each(principal, some, self.rows.add_all)

    async def examine_all(self, principal: Principal, some: Sequence[NewCase]) -> list[OpenedCase | RequestRefused]:
        """Give what `open_all` would, and open nothing."""
        return await self._each(principal, some, self.rows.examine_all)

    async def _each(
        self, principal: Principal, some: Sequence[NewCase], write: WriteAll
    ) -> list[OpenedCase | RequestRefused]:
        now = utc_now()
        ready: list[tuple[NewCase, Opening]] = []
        refused: dict[int, RequestRefused] = {}
        for index, new in enumerate(some):
            try:
                own = owned(principal, new)
                ready.append((own, opening_by(principal, own, now)))
            except RequestRefused as error:
                refused[index] = error
        opened = iter(await write(principal, ready))
        return [refused[index] if index in refused else next(opened) for index in range(len(some))]

    async def find(self, principal: Principal, case_id: str) -> Case:
        """Give a case with the moves that the caller may make; raises CaseNotFound."""
        case = await self.rows.find(principal, case_id, utc_now())
        rules = moves_from(case.state, role_of(principal, case), case.jurisdiction)
        allowed = [AllowedMove(to=rule.to_state, needs_reason=rule.needs_reason) for rule in rules]
        return case.model_copy(update={"allowed_moves": allowed if "cases" in principal.scopes else []})

    async def move(
        self, principal: Principal, case_id: str, wanted: WantedMove, *, version: int, claim: Claim | None = None
    ) -> Moved:
        """Move a case; raises CaseNotFound, CaseChanged, CaseMoveNotAllowed, RequestInvalid, IdempotencyKeyReused."""
        now = utc_now()
        tokens: tuple[SellerToken, ...] = ()

        def decide(case: StoredCase) -> CaseChange:
            nonlocal tokens
            tokens = tuple(map(_new_token, shares_of(case))) if wanted.to == "forwarded" else ()
            links = tuple(SellerLink(token_sha256=hash_link(one.token), expires_at=now + LINK_LASTS) for one in tokens)
            linked = dataclasses.replace(wanted, links=links)
            return decide_move(case, linked, case.role_of(principal), now, self._policy)

        changed = await self.rows.change(principal, case_id, decide, version=version, claim=claim)
        case = await self.find(principal, case_id)
        return Moved(case=case, replayed=changed.replayed, seller_tokens=() if changed.replayed else tokens)

    async def ask(self, principal: Principal, case_id: str, question: str, *, version: int) -> Case:
        """Ask the notifier, and stop the clock until it answers; raises as `move` does."""
        now = utc_now()
        await self.rows.change(principal, case_id, lambda case: decide_question(case, question, now), version=version)
        return await self.find(principal, case_id)

    async def answer(self, principal: Principal, case_id: str, answer: str, *, version: int) -> Case:
        """Answer the question of the operator; raises as `move` does."""
        now = utc_now()

        def decide(case: StoredCase) -> CaseChange:
            return decide_answer(case, answer, case.role_of(principal), now)

        await self.rows.change(principal, case_id, decide, version=version)
        return await self.find(principal, case_id)


def hash_link(token: str) -> str:
    """Give what is kept of a seller's link: its token has 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def owned(principal: Principal, new: NewCase) -> NewCase:
    """Give a member's case to that member."""
    return new if principal.is_operator else dataclasses.replace(new, member_id=principal.member_id)


def opening_by(principal: Principal, new: NewCase, now: datetime.datetime) -> Opening:
    """Say how a case begins that this caller opens, or the server by a rule; raises CalendarUnknown."""
    actor: CaseActor = "server" if new.opened_by == "rule" else "operator" if principal.is_operator else "notifier"
    return opening_of(new, new_id(), actor, now)


def role_of(principal: Principal, case: Case) -> CaseActor:
    """Say in which role a caller who sees a case acts on it."""
    if principal.is_operator:
        return "operator"
    return "notifier" if principal.member_id == case.member_id else "holder"


def _new_token(share: SellerShare) -> SellerToken:
    return SellerToken(share=share, token=secrets.token_urlsafe(TOKEN_BYTES))
