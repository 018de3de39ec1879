"""How many cases match, in all and by the values of each filter."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Final, Literal

from sqlalchemy import Select, case, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from serving.principal import Principal
from serving.schemas.enforcement.cases import CaseCounts, CaseValueCount
from serving.store.cases.case_list import CaseFilter, conditions_of
from serving.store.database.planning import unindexed
from serving.store.tables import CaseRow
from serving.store.tables.enforcement.cases import UNDECIDED

Facet = Literal["state", "product", "country", "opened_by"]
_FACETS: Final[dict[Facet, InstrumentedAttribute[str]]] = {
    "state": CaseRow.state,
    "product": CaseRow.product,
    "country": CaseRow.country,
    "opened_by": CaseRow.opened_by,
}


def count_cases(session: Session, principal: Principal, wanted: CaseFilter, now: datetime.datetime) -> CaseCounts:
    """Count what the caller sees and matches, and how many cases each value of a filter would give beside the others.

    One pass a filter: every combination of them at once is thousands of rows.
    """
    counts = {facet: _count_values(session, principal, wanted, facet) for facet in _FACETS}
    late = case((CaseRow.due_at < now, 1), else_=0)
    paused = case((CaseRow.paused_since.is_not(None), 1), else_=0)
    waiting = select(func.count(), func.sum(late), func.sum(paused))
    found = session.execute(waiting.where(text(UNDECIDED), *conditions_of(principal, wanted))).one()
    return CaseCounts(
        total=sum(one.cases for one in counts["state"] if wanted.state in (None, one.value)),
        undecided=found[0],
        late=found[1] or 0,
        paused=found[2] or 0,
        state=counts["state"],
        product=counts["product"],
        country=counts["country"],
        opened_by=counts["opened_by"],
    )


def counting(principal: Principal, wanted: CaseFilter, facet: Facet) -> Select[str, int]:
    """Give the query that counts the values of one filter beside the others, read from the index of counts alone."""
    others = dataclasses.replace(
        wanted,
        state=None if facet == "state" else wanted.state,
        product=None if facet == "product" else wanted.product,
        country=None if facet == "country" else wanted.country,
        opened_by=None if facet == "opened_by" else wanted.opened_by,
    )
    column = _FACETS[facet] if facet == "product" else unindexed(_FACETS[facet])
    return select(column, func.count()).select_from(CaseRow).where(*conditions_of(principal, others)).group_by(column)


def _count_values(session: Session, principal: Principal, wanted: CaseFilter, facet: Facet) -> list[CaseValueCount]:
    found = [CaseValueCount(value=row[0], cases=row[1]) for row in session.execute(counting(principal, wanted, facet))]
    return sorted(found, key=lambda one: (-one.cases, one.value))
