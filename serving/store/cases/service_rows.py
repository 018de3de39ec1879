"""Counts cases by whether they were decided in time, and lists those that were not."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text
from sqlalchemy.orm import Session

from serving.principal import Principal
from serving.store.database.database import Database
from serving.store.database.planning import unindexed
from serving.store.tables import CaseRow, MemberRow
from serving.store.tables.enforcement.cases import UNDECIDED


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFilter:
    """Which cases are counted; None filters nothing. `since` is included and `until` is not: times of receipt."""

    member_id: str | None = None
    category: str | None = None
    country: str | None = None
    product: str | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceCounts:
    """How many cases were decided in time, decided late, are undecided past their due time, or are in no share."""

    in_time: int = 0
    late: int = 0
    overdue: int = 0
    pending: int = 0
    withdrawn: int = 0

    def __add__(self, other: ServiceCounts) -> ServiceCounts:
        return ServiceCounts(
            self.in_time + other.in_time,
            self.late + other.late,
            self.overdue + other.overdue,
            self.pending + other.pending,
            self.withdrawn + other.withdrawn,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CountedMember:
    """A member as the counts name it."""

    name: str
    category: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CountedCases:
    """The same cases counted twice: by notifying member (None: the operator) and country, and by day of receipt (UTC).

    `members` has those that were not removed.
    """

    by_member_and_country: Mapping[tuple[str | None, str], ServiceCounts]
    by_day: Mapping[datetime.date, ServiceCounts]
    members: Mapping[str, CountedMember]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LateRecord:
    """A case that was decided late, or is undecided past its due time."""

    case_id: str
    created_at: datetime.datetime
    member_id: str | None
    product: str
    country: str
    state: str
    due_at: datetime.datetime | None
    due_calendar: str | None
    decided_at: datetime.datetime | None


BY_MEMBER_AND_COUNTRY: Final = (CaseRow.member_id, CaseRow.country)
BY_DAY: Final = (func.date(CaseRow.created_at),)


class ServiceRows:
    """What the service level is computed from. A member's are the cases that it opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, principal: Principal, wanted: ServiceFilter, now: datetime.datetime) -> CountedCases:
        """Count the cases that match, in one transaction, so that all sums agree."""

        def work(session: Session) -> CountedCases:
            members = session.execute(select(MemberRow.member_id, MemberRow.name, MemberRow.category))
            return CountedCases(
                by_member_and_country=_count(session, principal, wanted, now, BY_MEMBER_AND_COUNTRY),
                by_day={
                    _date_of(day): counts for (day,), counts in _count(session, principal, wanted, now, BY_DAY).items()
                },
                members={
                    member_id: CountedMember(name=name, category=category) for member_id, name, category in members
                },
            )

        return await self._database.read(work)

    async def find_late(
        self,
        principal: Principal,
        wanted: ServiceFilter,
        now: datetime.datetime,
        limit: int,
        *,
        before: str | None = None,
    ) -> list[LateRecord]:
        """Give at most `limit` late cases with smaller ids than `before`, newest first."""
        columns = [getattr(CaseRow, field.name) for field in dataclasses.fields(LateRecord)]
        query = select(*columns).where(*_conditions(principal, wanted), is_late(now))
        if before is not None:
            query = query.where(CaseRow.case_id < before)
        query = query.order_by(CaseRow.case_id.desc()).limit(limit)

        def work(session: Session) -> list[LateRecord]:
            return [LateRecord(**row._mapping) for row in session.execute(query)]

        return await self._database.read(work)


def is_late(now: datetime.datetime) -> ColumnElement[bool]:
    """Match the cases that were decided late, or are undecided past their due time."""
    return or_(CaseRow.decided_in_time.is_(False), and_(text(UNDECIDED), CaseRow.due_at < now))


def count_all(principal: Principal, wanted: ServiceFilter, keys: Sequence[Any]) -> Select[Any]:
    """Give the query of all cases by keys, of the decided ones and those decided in time, read from an index alone."""
    in_time = case((CaseRow.decided_in_time.is_(True), 1))
    conditions = _conditions(principal, wanted, _as_it_is, unindexed if len(keys) > 1 else _as_it_is)
    query = select(*keys, func.count(), func.count(CaseRow.decided_in_time), func.count(in_time))
    return query.where(*conditions).group_by(*keys)


def count_undecided(
    principal: Principal, wanted: ServiceFilter, keys: Sequence[Any], now: datetime.datetime
) -> Select[Any]:
    """Give the query of undecided cases by keys, and of those past their due time. It reads the index of these few."""
    plain = [unindexed(key) for key in keys]
    query = select(*plain, func.count(), func.count(case((CaseRow.due_at < now, 1))))
    conditions = _conditions(principal, wanted, unindexed, unindexed)
    return query.where(text(UNDECIDED), *conditions).group_by(*plain)


def _count(
    session: Session, principal: Principal, wanted: ServiceFilter, now: datetime.datetime, keys: Sequence[Any]
) -> dict[Any, ServiceCounts]:
    undecided = session.execute(count_undecided(principal, wanted, keys, now))
    waiting = {tuple(key): counts for *key, counts in _with_counts(undecided, 2)}
    found = {}
    for *key, (cases, decided, kept) in _with_counts(session.execute(count_all(principal, wanted, keys)), 3):
        still, late = waiting.get(tuple(key), (0, 0))
        found[tuple(key)] = ServiceCounts(
            in_time=kept,
            late=decided - kept,
            overdue=late,
            pending=still - late,
            withdrawn=cases - decided - still,
        )
    return found


def _with_counts(rows: Iterable[Any], number: int) -> Iterator[list[Any]]:
    for row in rows:
        yield [*row[:-number], tuple(row[-number:])]


def _as_it_is(column: Any) -> Any:
    return column


def _conditions(
    principal: Principal,
    wanted: ServiceFilter,
    value_of: Callable[[Any], Any] = _as_it_is,
    time_of: Callable[[Any], Any] = _as_it_is,
) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of a filter. The functions say by which columns SQLite may choose an index."""
    member = value_of(CaseRow.member_id)
    if not principal.is_operator:
        yield member == principal.member_id
    for column, value in (
        (member, wanted.member_id),
        (value_of(CaseRow.country), wanted.country),
        (value_of(CaseRow.product), wanted.product),
    ):
        if value is not None:
            yield column == value
    if wanted.category is not None:
        yield member.in_(select(MemberRow.member_id).where(MemberRow.category == wanted.category))
    if wanted.since is not None:
        yield time_of(CaseRow.created_at) >= wanted.since
    if wanted.until is not None:
        yield time_of(CaseRow.created_at) < wanted.until


def _date_of(day: datetime.date | str) -> datetime.date:
    return datetime.date.fromisoformat(day) if isinstance(day, str) else day  # SQLite gives text
