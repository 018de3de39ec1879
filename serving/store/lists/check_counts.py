"""How many checks match, in all and by the values of each filter."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.principal import Principal
from serving.schemas.check_lists import CheckCounts, ValueCount
from serving.store.database.planning import unindexed
from serving.store.lists.check_list import CheckFilter, conditions_of
from serving.store.tables import CheckRow
from serving.store.tables.checks import QUEUED_OUTCOMES

MAX_SELLERS_COUNTED = 50


def count_checks(session: Session, principal: Principal, wanted: CheckFilter) -> CheckCounts:
    """Count what the caller sees and matches, and how many checks each value of a filter would give beside the others.

    One pass counts every combination of product, outcome and decision; there are few.
    """
    facets = (CheckRow.product, CheckRow.outcome, CheckRow.decision)
    others = dataclasses.replace(wanted, product=None, outcome=None, decision=None, reviewed=None, queue=False)
    counted = session.execute(select(*facets, func.count()).group_by(*facets).where(*conditions_of(principal, others)))
    combinations = [_Combination(*row) for row in counted]
    return CheckCounts(
        total=sum(one.checks for one in combinations if one.matches(wanted)),
        queue=sum(one.checks for one in combinations if one.is_queued and one.matches_product(wanted)),
        product=_totals((one.product, one.checks) for one in combinations if one.matches(wanted, but="product")),
        outcome=_totals((one.outcome, one.checks) for one in combinations if one.matches(wanted, but="outcome")),
        decision=_totals(
            (one.decision or "none", one.checks) for one in combinations if one.matches(wanted, but="decision")
        ),
        seller_id=_count_sellers(session, principal, dataclasses.replace(wanted, seller_id=None)),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Combination:
    """How many checks have this product, outcome and decision."""

    product: str
    outcome: str
    decision: str | None
    checks: int

    @property
    def is_queued(self) -> bool:
        return self.decision is None and self.outcome in QUEUED_OUTCOMES

    def matches(self, wanted: CheckFilter, *, but: str = "") -> bool:
        """Whether all filters of these three keep it, but for those of one."""
        return (
            (but == "product" or self.matches_product(wanted))
            and (but == "outcome" or wanted.outcome in (None, self.outcome))
            and (but == "decision" or self._matches_decision(wanted))
            and (self.is_queued or not wanted.queue or (but == "decision" and self.outcome in QUEUED_OUTCOMES))
        )

    def matches_product(self, wanted: CheckFilter) -> bool:
        return wanted.product in (None, self.product)

    def _matches_decision(self, wanted: CheckFilter) -> bool:
        names = (None, self.decision or "none", "none" if self.decision is None else "decided")
        return wanted.decision in names and wanted.reviewed in (None, self.decision is not None)


def _count_sellers(session: Session, principal: Principal, others: CheckFilter) -> list[ValueCount]:
    """Count by seller, with other filters from the index of counts and not from that of sellers."""
    is_all = principal.is_operator and others == CheckFilter()
    seller = CheckRow.seller_id if is_all else unindexed(CheckRow.seller_id)
    n = func.count()
    found = select(seller, n).select_from(CheckRow).where(*conditions_of(principal, others), seller >= "")
    frequent = found.group_by(seller).order_by(n.desc(), seller).limit(MAX_SELLERS_COUNTED)
    return [ValueCount(value=str(seller), checks=count) for seller, count in session.execute(frequent)]


def _totals(counted: Iterable[tuple[str, int]]) -> list[ValueCount]:
    totals: Counter[str] = Counter()
    for value, checks in counted:
        totals[value] += checks
    return [ValueCount(value=v, checks=n) for v, n in sorted(totals.items(), key=lambda item: (-item[1], item[0]))]
