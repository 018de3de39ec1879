"""The rows of plans: proposed once per Idempotency-Key, accepted once, and read."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import BuyPeriodTaken, BuyPlanNotFound, BuyPlanSettled
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.buys import BuyPlan, BuyState, BuyStratum, quarter_of
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.idempotency_rows import Claim
from serving.store.sortable_id import new_id
from serving.store.tables import BuyMoveRow, BuyPlanRow, BuyRow
from serving.store.test_buys.buy_values import NewPlan, PlanFindings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPlan:
    """A plan as proposed; `replayed` where an earlier request with the same Idempotency-Key proposed it."""

    plan: BuyPlan
    replayed: bool


class PlanRows:
    """The rows of plans. They are the operator's; a member sees purchases of accepted plans, and no plan."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_replayed(self, claim: Claim) -> BuyPlan | None:
        """Give the plan that was proposed with an Idempotency-Key; raises IdempotencyKeyReused."""
        return await self._database.read(lambda session: _with_key(session, claim))

    async def add(
        self, principal: Principal, new: NewPlan, now: datetime.datetime, claim: Claim | None = None
    ) -> RecordedPlan:
        """Add a plan with its purchases, or give the one that has the same key; raises IdempotencyKeyReused."""

        def work(session: Session) -> RecordedPlan:
            earlier = None if claim is None else _with_key(session, claim)
            if earlier is not None:
                return RecordedPlan(plan=earlier, replayed=True)
            row = _plan_row(new, now, claim)
            session.add(row)
            session.flush()
            _add_buys(session, principal, row, new, now)
            session.flush()
            facts: dict[str, JsonValue] = {"quarter": row.quarter, "buys": len(new.buys), "seed": row.seed}
            add_event(session, NewEvent(type="test_buy_plan.proposed", data={"plan_id": row.plan_id, **facts}))
            entry = new_entry(principal, "test_buy_plan.proposed", "test_buy_plan", row.plan_id)
            append_entry(session, entry.with_details(frame_sha256=row.frame_sha256, **facts))
            return RecordedPlan(plan=_plan_of(session, row), replayed=False)

        return await self._database.write(work)

    async def accept(self, principal: Principal, plan_id: str, now: datetime.datetime) -> BuyPlan:
        """Accept a plan; raises BuyPlanNotFound, BuyPlanSettled, or BuyPeriodTaken."""

        def work(session: Session) -> BuyPlan:
            row = get_plan(session, principal, plan_id)
            if row.accepted_at is not None:
                raise BuyPlanSettled(f"plan {plan_id} was accepted at {utc_text(row.accepted_at)}; nothing was changed")
            _refuse_overlap(session, row)
            row.accepted_at = max(now, row.created_at)
            facts: dict[str, JsonValue] = {"quarter": row.quarter}
            add_event(session, NewEvent(type="test_buy_plan.accepted", data={"plan_id": plan_id, **facts}))
            entry = new_entry(principal, "test_buy_plan.accepted", "test_buy_plan", plan_id)
            append_entry(session, entry.with_details(**facts))
            session.flush()
            return _plan_of(session, row)

        return await self._database.write(work)

    async def find(self, principal: Principal, plan_id: str) -> BuyPlan:
        """Give a plan; raises BuyPlanNotFound."""
        return await self._database.read(lambda session: _plan_of(session, get_plan(session, principal, plan_id)))

    async def find_page(self, principal: Principal, limit: int, after: str | None = None) -> list[BuyPlan]:
        """Give at most `limit` plans, newest first, and behind the plan `after`."""

        def work(session: Session) -> list[BuyPlan]:
            query = select(BuyPlanRow).where(_visible_to(principal)).order_by(BuyPlanRow.plan_id.desc()).limit(limit)
            if after is not None:
                query = query.where(BuyPlanRow.plan_id < after)
            return [_plan_of(session, row) for row in session.scalars(query)]

        return await self._database.read(work)

    async def find_findings(
        self, principal: Principal, quarter: str | None, product: str | None
    ) -> Sequence[PlanFindings]:
        """Give the accepted plans, newest quarter first, with what became of their purchases.

        A member is given those of its products alone: figures over all products would tell of the others.
        """

        def work(session: Session) -> Sequence[PlanFindings]:
            query = select(BuyPlanRow).where(BuyPlanRow.accepted_at.is_not(None))
            if principal.products is not None:
                query = query.where(BuyPlanRow.product.in_(sorted(principal.products)))
            if quarter is not None:
                query = query.where(BuyPlanRow.quarter == quarter)
            if product is not None:
                query = query.where(BuyPlanRow.product == product)
            rows = session.scalars(query.order_by(BuyPlanRow.quarter.desc(), BuyPlanRow.plan_id)).all()
            return [_findings_of(session, row) for row in rows]

        return await self._database.read(work)


def get_plan(session: Session, principal: Principal, plan_id: str) -> BuyPlanRow:
    """Give the row of a plan; raises BuyPlanNotFound, also for a member."""
    row = session.get(BuyPlanRow, plan_id)
    if row is None or not principal.is_operator:
        raise BuyPlanNotFound(f"no plan of test buys has the id {plan_id!r}")
    return row


def _visible_to(principal: Principal) -> ColumnElement[bool]:
    return true() if principal.is_operator else BuyPlanRow.plan_id.is_(None)


def _with_key(session: Session, claim: Claim) -> BuyPlan | None:
    row = session.scalars(select(BuyPlanRow).where(BuyPlanRow.key_sha256 == claim.key_sha256)).one_or_none()
    if row is None:
        return None
    claim.require_same(row.fingerprint)
    return _plan_of(session, row)


def _refuse_overlap(session: Session, row: BuyPlanRow) -> None:
    """Raise BuyPeriodTaken where a listing could be in the frame of this plan and in that of an accepted one."""
    others = select(BuyPlanRow).where(
        BuyPlanRow.accepted_at.is_not(None), BuyPlanRow.since < row.until, BuyPlanRow.until > row.since
    )
    if row.product is not None:
        others = others.where(or_(BuyPlanRow.product.is_(None), BuyPlanRow.product == row.product))
    for other in session.scalars(others):
        if not _differ_in_price(row, other):
            raise BuyPeriodTaken(
                f"the accepted plan {other.plan_id} has listings from {utc_text(other.since)} to "
                f"{utc_text(other.until)}, which would count twice; take another period, product or range of prices"
            )


def _differ_in_price(row: BuyPlanRow, other: BuyPlanRow) -> bool:
    """Whether no listing has a price of both: what a price is depends on currency and on the default price."""
    if (row.currency, row.default_price) != (other.currency, other.default_price):
        return False
    below = row.max_price is not None and row.max_price <= other.min_price
    return below or (other.max_price is not None and other.max_price <= row.min_price)


def _plan_row(new: NewPlan, now: datetime.datetime, claim: Claim | None) -> BuyPlanRow:
    sent = new.sent
    row = BuyPlanRow(
        plan_id=new_id(),
        created_at=now,
        quarter=quarter_of(sent.since),
        since=sent.since,
        until=sent.until,
        product=sent.product,
        country=sent.country,
        currency=sent.currency,
        budget=sent.budget,
        default_price=sent.default_price,
        shipping=sent.shipping,
        min_price=sent.min_price,
        max_price=sent.max_price,
        random_share=sent.random_share,
        seed=new.seed,
        frame_sha256=new.frame_sha256,
        frame_size=new.frame_size,
        strata=[dict(stratum) for stratum in new.strata],
        expected_cost=new.expected_cost,
    )
    if claim is not None:
        row.key_sha256, row.fingerprint = claim.key_sha256, claim.fingerprint
    return row


def _add_buys(session: Session, principal: Principal, row: BuyPlanRow, new: NewPlan, now: datetime.datetime) -> None:
    buys = [
        BuyRow(
            buy_id=new_id(),
            plan_id=row.plan_id,
            product=buy.product,
            check_id=buy.check_id,
            listing_id=buy.listing_id,
            seller_id=buy.seller_id,
            verdict=buy.verdict,
            authenticity=buy.authenticity,
            selection=buy.selection,
            stratum=buy.stratum,
            probability=buy.probability,
            worth=None if buy.worth is None else dict(buy.worth),
            expected_cost=buy.expected_cost,
            state="planned",
            version=1,
            moved_at=now,
        )
        for buy in new.buys
    ]
    session.add_all(buys)
    session.flush()
    session.add_all(
        BuyMoveRow(
            buy_id=buy.buy_id,
            sequence=1,
            at=now,
            to_state="planned",
            actor_name=principal.name,
            actor_member_id=principal.member_id,
            reason="",
        )
        for buy in buys
    )


def _plan_of(session: Session, row: BuyPlanRow) -> BuyPlan:
    of_plan = BuyRow.plan_id == row.plan_id
    by_state = session.execute(select(BuyRow.state, func.count()).where(of_plan).group_by(BuyRow.state))
    counts = {cast(BuyState, state): number for state, number in by_state}
    paid = session.scalar(select(func.sum(BuyRow.cost)).where(of_plan))
    return BuyPlan(
        plan_id=row.plan_id,
        created_at=utc_text(row.created_at),
        state="proposed" if row.accepted_at is None else "accepted",
        accepted_at=None if row.accepted_at is None else utc_text(row.accepted_at),
        quarter=row.quarter,
        since=utc_text(row.since),
        until=utc_text(row.until),
        product=row.product,
        country=row.country,
        currency=row.currency,
        budget=row.budget,
        default_price=row.default_price,
        shipping=row.shipping,
        min_price=row.min_price,
        max_price=row.max_price,
        random_share=row.random_share,
        seed=row.seed,
        frame_sha256=row.frame_sha256,
        frame_size=row.frame_size,
        strata=[BuyStratum(**one, probability=one["draws"] / one["size"]) for one in row.strata],
        expected_cost=row.expected_cost,
        cost=round(paid or 0.0, 2),
        counts=counts,
    )


def _findings_of(session: Session, row: BuyPlanRow) -> PlanFindings:
    counts: dict[int, dict[BuyState, int]] = {}
    query = select(BuyRow.stratum, BuyRow.state, func.count()).where(BuyRow.plan_id == row.plan_id)
    for stratum, state, number in session.execute(query.group_by(BuyRow.stratum, BuyRow.state)):
        counts.setdefault(stratum, {})[cast(BuyState, state)] = number
    return PlanFindings(
        plan_id=row.plan_id,
        quarter=row.quarter,
        product=row.product,
        seed=row.seed,
        frame_size=row.frame_size,
        strata=row.strata,
        counts=counts,
    )
