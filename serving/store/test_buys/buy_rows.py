"""The rows of test buys: found, listed, and moved by a pure function inside the transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from pydantic import JsonValue
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import BuyChanged, BuyNotFound
from serving.principal import SERVER, Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.buys import Buy, BuySelection, BuyState, BuySummary, PlanState
from serving.store.audit_rows import append_entry
from serving.store.cases.case_openings import add_case
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.idempotency_rows import Claim
from serving.store.tables import BuyFindingRow, BuyMoveRow, BuyPlanRow, BuyRow, CheckRow
from serving.store.test_buys.buy_answers import buy_of, finding_of, summary_of
from serving.store.test_buys.buy_values import BuyChange, StoredBuy
from serving.store.test_buys.checklist_rows import find_checklist, points_of

Decide = Callable[[StoredBuy], BuyChange]
AllowedMoves = Callable[[BuyState, Principal], Sequence[BuyState]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BuyFilter:
    """Which test buys a list has; None filters nothing."""

    plan_id: str | None = None
    plan_state: PlanState | None = None
    product: str | None = None
    state: BuyState | None = None
    selection: BuySelection | None = None
    seller_id: str | None = None
    check_id: str | None = None


class BuyRows:
    """The rows of test buys. A member has those of its products, once their plan is accepted.

    `allowed_moves` says to which states a caller may move a test buy.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, principal: Principal, buy_id: str, allowed_moves: AllowedMoves) -> Buy:
        """Give a test buy; raises BuyNotFound."""

        def work(session: Session) -> Buy:
            return _answer(get_buy(session, principal, buy_id), principal, allowed_moves)

        return await self._database.read(work)

    async def find_page(
        self, principal: Principal, wanted: BuyFilter, limit: int, after: str | None = None
    ) -> list[BuySummary]:
        """Give at most `limit` test buys that match, newest first, and behind the one with the id `after`."""

        def work(session: Session) -> list[BuySummary]:
            query = select(BuyRow).join(BuyPlanRow, BuyPlanRow.plan_id == BuyRow.plan_id)
            query = query.where(*_conditions(principal, wanted))
            if after is not None:
                query = query.where(BuyRow.buy_id < after)
            return [summary_of(row) for row in session.scalars(query.order_by(BuyRow.buy_id.desc()).limit(limit))]

        return await self._database.read(work)

    async def move(
        self,
        principal: Principal,
        buy_id: str,
        decide: Decide,
        allowed_moves: AllowedMoves,
        *,
        version: int,
        claim: Claim | None = None,
    ) -> Buy:
        """Make what a pure function decides the next move of a test buy, with the case that it opens.

        `version` is the one that the caller saw. Sent again with the same Idempotency-Key, nothing is changed. Raises
        BuyNotFound, BuyChanged, IdempotencyKeyReused and what `decide` raises, which may be called several times.
        """

        def work(session: Session) -> Buy:
            row = get_buy(session, principal, buy_id)
            if claim is not None and _was_made(session, claim):
                return _answer(row, principal, allowed_moves)
            if row.version != version:
                last = row.moves[-1]
                raise BuyChanged(
                    f"test buy {buy_id} is at version {row.version} and {row.state}, and you saw version {version}: "
                    f"{last.actor_name} moved it to {last.to_state} at {utc_text(last.at)}; read it again"
                )
            _write(session, principal, row, decide(_stored(session, row)), claim)
            return _answer(row, principal, allowed_moves)

        return await self._database.write(work)


def get_buy(session: Session, principal: Principal, buy_id: str) -> BuyRow:
    """Give the row of a test buy; raises BuyNotFound, also for one that the caller may not see."""
    row = session.get(BuyRow, buy_id)
    visible = row is not None and (
        principal.is_operator or (principal.sees(row.product) and row.plan.accepted_at is not None)
    )
    if row is None or not visible:
        raise BuyNotFound(f"no test buy has the id {buy_id!r}")
    return row


def _conditions(principal: Principal, wanted: BuyFilter) -> Iterator[ColumnElement[bool]]:
    yield _visible_to(principal)
    for column, value in (
        (BuyRow.plan_id, wanted.plan_id),
        (BuyRow.product, wanted.product),
        (BuyRow.state, wanted.state),
        (BuyRow.selection, wanted.selection),
        (BuyRow.seller_id, wanted.seller_id),
        (BuyRow.check_id, wanted.check_id),
    ):
        if value is not None:
            yield column == value
    if wanted.plan_state is not None:
        is_accepted = BuyPlanRow.accepted_at.is_not(None)
        yield is_accepted if wanted.plan_state == "accepted" else ~is_accepted


def _visible_to(principal: Principal) -> ColumnElement[bool]:
    if principal.products is None:
        return true()
    return BuyRow.product.in_(sorted(principal.products)) & BuyPlanRow.accepted_at.is_not(None)


def _was_made(session: Session, claim: Claim) -> bool:
    move = session.scalars(select(BuyMoveRow).where(BuyMoveRow.key_sha256 == claim.key_sha256)).one_or_none()
    if move is None:
        return False
    claim.require_same(move.fingerprint)
    return True


def _stored(session: Session, row: BuyRow) -> StoredBuy:
    checklist = find_checklist(session, row.product, row.checklist_version)
    return StoredBuy(
        buy_id=row.buy_id,
        plan_state="proposed" if row.plan.accepted_at is None else "accepted",
        state=cast(BuyState, row.state),
        product=row.product,
        check_id=row.check_id,
        listing_id=row.listing_id,
        seller_id=row.seller_id,
        country=row.plan.country,
        cost=row.expected_cost if row.cost is None else row.cost,
        currency=row.plan.currency,
        points=points_of(checklist),
        checklist_version=None if checklist is None else checklist.version,
        findings={one.point_id: finding_of(one) for one in row.findings},
        has_check=session.get(CheckRow, row.check_id) is not None,
    )


def _write(session: Session, principal: Principal, row: BuyRow, change: BuyChange, claim: Claim | None) -> None:
    from_state, at = row.state, max(change.at, row.moved_at)  # a clock that was set back moves nothing back
    row.version += 1
    row.state, row.moved_at = change.to_state, at
    if change.cost is not None:
        row.cost = change.cost
    if change.findings is not None:
        row.checklist_version = change.checklist_version
        row.findings = [
            BuyFindingRow(position=place, point_id=one.point_id, result=one.result, note=one.note)
            for place, one in enumerate(change.findings)
        ]
    if change.opens is not None:
        new, opening = change.opens
        row.case_id = add_case(session, SERVER, new, opening).case_id
    row.moves.append(
        BuyMoveRow(
            sequence=row.version,
            at=at,
            from_state=from_state,
            to_state=change.to_state,
            actor_name=principal.name,
            actor_member_id=principal.member_id,
            reason=change.reason,
            key_sha256=None if claim is None else claim.key_sha256,
            fingerprint=None if claim is None else claim.fingerprint,
        )
    )
    facts: dict[str, JsonValue] = {"from": from_state, "to": change.to_state, "version": row.version}
    named = {"buy_id": row.buy_id, "plan_id": row.plan_id, "case_id": row.case_id}
    add_event(session, NewEvent(type="test_buy.moved", product=row.product, data={**named, **facts}))
    entry = new_entry(principal, "test_buy.moved", "test_buy", row.buy_id)
    append_entry(session, entry.with_details(product=row.product, case_id=row.case_id, **facts))
    session.flush()


def _answer(row: BuyRow, principal: Principal, allowed_moves: AllowedMoves) -> Buy:
    allowed = [] if row.plan.accepted_at is None else allowed_moves(cast(BuyState, row.state), principal)
    return buy_of(row, allowed)
