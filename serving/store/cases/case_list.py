"""Lists of cases: which cases, in which order, one page after another."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator

from sqlalchemy import ColumnElement, TextClause, func, or_, select, text, true
from sqlalchemy.orm import Session

from serving.principal import Principal
from serving.schemas.enforcement.cases import CaseOrigin, CaseSort, CaseState, Ground
from serving.store.tables import CaseListingRow, CaseRow
from serving.store.tables.enforcement.cases import UNDECIDED


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases a list has; None filters nothing. `since` is included and `until` is not.

    `undecided` keeps those that wait for their first decision, `late_at` of these those that are late at that moment.
    """

    state: CaseState | None = None
    product: str | None = None
    country: str | None = None
    member_id: str | None = None
    opened_by: CaseOrigin | None = None
    ground: Ground | None = None
    rule_id: str | None = None
    seller_id: str | None = None
    listing_id: str | None = None
    check_id: str | None = None
    fast_track: bool | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    undecided: bool = False
    late_at: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CasePlace:
    """A place in a list of cases: the case there, and what the list is sorted by."""

    case_id: str
    due_at: datetime.datetime | None = None
    fast_track: bool | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListedCases:
    """A page of a list, each case with its number of listings; `next_place` is None where no case follows."""

    rows: list[tuple[CaseRow, int]]
    next_place: CasePlace | None


def list_cases(
    session: Session, principal: Principal, wanted: CaseFilter, sort: CaseSort, after: CasePlace | None, limit: int
) -> ListedCases:
    """Give at most `limit` cases that the caller sees and that follow a place.

    Sorted by `due` or `queue` it has undecided cases alone, and of those the ones whose clock runs; the queue has those
    on fast track first.
    """
    query = select(CaseRow).where(*conditions_of(principal, wanted))
    if sort == "queue":
        query = query.where(text(UNDECIDED), CaseRow.due_at.is_not(None))
        query = query.order_by(CaseRow.fast_track.desc(), CaseRow.due_at, CaseRow.case_id)
        if after is not None and after.due_at is not None:
            same = CaseRow.fast_track.is_(after.fast_track is True) & or_(*_behind(after.due_at, after.case_id))
            query = query.where(or_(same, CaseRow.fast_track.is_(False)) if after.fast_track else same)
    elif sort == "due":
        query = query.where(text(UNDECIDED), CaseRow.due_at.is_not(None)).order_by(CaseRow.due_at, CaseRow.case_id)
        if after is not None and after.due_at is not None:
            query = query.where(CaseRow.due_at >= after.due_at, or_(*_behind(after.due_at, after.case_id)))
    elif sort == "oldest":
        query = query.order_by(CaseRow.case_id)
        query = query if after is None else query.where(CaseRow.case_id > after.case_id)
    else:
        query = query.order_by(CaseRow.case_id.desc())
        query = query if after is None else query.where(CaseRow.case_id < after.case_id)
    rows = list(session.scalars(query.limit(limit + 1)))
    shown = rows[:limit]
    counted = select(CaseListingRow.case_id, func.count()).group_by(CaseListingRow.case_id)
    counted = counted.where(CaseListingRow.case_id.in_([row.case_id for row in shown]))
    listings = {case_id: number for case_id, number in session.execute(counted)}  # noqa: C416 - rows are no pairs to mypy
    return ListedCases(
        rows=[(row, listings.get(row.case_id, 0)) for row in shown],
        next_place=_place_of(shown[-1], sort) if len(rows) > limit else None,
    )


def cases_visible_to(principal: Principal) -> ColumnElement[bool]:
    """Match the cases that a caller may see: a member's are those that it opened, and those about its products."""
    if principal.products is None:
        return true()
    return or_(CaseRow.member_id == principal.member_id, CaseRow.product.in_(sorted(principal.products)))


def conditions_of(principal: Principal, wanted: CaseFilter) -> Iterator[ColumnElement[bool] | TextClause]:
    """Give the conditions of a filter, with that of what the caller may see."""
    if not principal.is_operator:
        yield cases_visible_to(principal)
    for column, value in (
        (CaseRow.state, wanted.state),
        (CaseRow.product, wanted.product),
        (CaseRow.country, wanted.country),
        (CaseRow.member_id, wanted.member_id),
        (CaseRow.opened_by, wanted.opened_by),
        (CaseRow.ground, wanted.ground),
        (CaseRow.rule_id, wanted.rule_id),
    ):
        if value is not None:
            yield column == value
    if wanted.fast_track is not None:
        yield CaseRow.fast_track.is_(wanted.fast_track)
    if wanted.since is not None:
        yield CaseRow.created_at >= wanted.since
    if wanted.until is not None:
        yield CaseRow.created_at < wanted.until
    if wanted.undecided or wanted.late_at is not None:
        yield text(UNDECIDED)
    if wanted.late_at is not None:
        yield CaseRow.due_at < wanted.late_at
    yield from _conditions_of_listings(wanted)


def _conditions_of_listings(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (CaseListingRow.seller_id, wanted.seller_id),
        (CaseListingRow.listing_id, wanted.listing_id),
        (CaseListingRow.check_id, wanted.check_id),
    ):
        if value is not None:
            yield CaseRow.case_id.in_(select(CaseListingRow.case_id).where(column == value))


def _behind(due_at: datetime.datetime, case_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CaseRow.due_at > due_at, (CaseRow.due_at == due_at) & (CaseRow.case_id > case_id)


def _place_of(row: CaseRow, sort: CaseSort) -> CasePlace:
    if sort == "queue":
        return CasePlace(case_id=row.case_id, due_at=row.due_at, fast_track=row.fast_track)
    return CasePlace(case_id=row.case_id, due_at=row.due_at if sort == "due" else None)
