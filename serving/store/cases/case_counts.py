"""How many cases match, in all and by the values of each filter."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, case, func, select, text
from sqlalchemy.orm import Session

from serving.principal import Principal
from serving.schemas.enforcement.cases import CaseCounts, CaseValueCount
from serving.store.cases.case_list import CaseFilter, conditions_of
from serving.store.tables import CaseRow
from serving.store.tables.enforcement.cases import UNDECIDED

_FACETS = ("product", "state", "country", "opened_by")  # in the order of the index of counts


def count_cases(session: Session, principal: Principal, wanted: CaseFilter, now: datetime.datetime) -> CaseCounts:
    """Count what the caller sees and matches, and how many cases each value of a filter would give beside the others.

    One pass counts every combination of the four values; there are few.
    """
    found = [_Combination(*row) for row in session.execute(counting(principal, wanted, now))]
    matching = [one for one in found if one.matches(wanted)]
    facets = {
        facet: _totals((getattr(one, facet), one.cases) for one in found if one.matches(wanted, but=facet))
        for facet in _FACETS
    }
    return CaseCounts(
        total=sum(one.cases for one in matching),
        undecided=sum(one.undecided for one in matching),
        late=sum(one.late for one in matching),
        paused=sum(one.paused for one in matching),
        **facets,
    )


def counting(principal: Principal, wanted: CaseFilter, now: datetime.datetime) -> Select[Any]:
    """Give the query that counts every combination of the four values, whatever filters by them there are."""
    others = dataclasses.replace(wanted, state=None, product=None, country=None, opened_by=None)
    undecided, paused = case((text(UNDECIDED), 1), else_=0), CaseRow.paused_since.is_not(None)
    late = case((text(UNDECIDED) & (CaseRow.due_at < now), 1), else_=0)
    columns = [getattr(CaseRow, facet) for facet in _FACETS]
    sums = (undecided, late, case((text(UNDECIDED) & paused, 1), else_=0))
    query = select(*columns, func.count(), *map(func.sum, sums)).group_by(*columns)
    return query.where(*conditions_of(principal, others))


@dataclasses.dataclass(frozen=True, slots=True)
class _Combination:
    """How many cases have these values, and how many of them wait for a decision, are late, and are paused."""

    product: str
    state: str
    country: str
    opened_by: str
    cases: int
    undecided: int
    late: int
    paused: int

    def matches(self, wanted: CaseFilter, *, but: str = "") -> bool:
        """Whether the filters by these values keep it, but for one of them."""
        return all(facet == but or getattr(wanted, facet) in (None, getattr(self, facet)) for facet in _FACETS)


def _totals(counted: Iterable[tuple[str, int]]) -> list[CaseValueCount]:
    totals: Counter[str] = Counter()
    for value, cases in counted:
        totals[value] += cases
    return [CaseValueCount(value=v, cases=n) for v, n in sorted(totals.items(), key=lambda item: (-item[1], item[0]))]
