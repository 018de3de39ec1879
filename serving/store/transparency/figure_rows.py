"""Counts a quarter or a year of cases, complaints and checks in the database."""

from __future__ import annotations

import dataclasses
import datetime
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from serving.store.cases.listing_identity import identity_column
from serving.store.database.database import Database
from serving.store.tables import (
    CaseListingRow,
    CaseMoveRow,
    CaseRow,
    CheckRow,
    ComplaintRow,
    MemberRow,
    StatementRow,
)
from serving.store.transparency.period_counts import Estimate, PeriodCounts, Tally
from serving.store.transparency.trusted_notices import from_trusted_flagger
from serving.store.transparency.year_counts import ComplaintCounts, GroundCounts, NoticeCounts, YearCounts

DECIDING: Final = ("upheld", "rejected")
UNDECIDED: Final = ("received", "in_review")
OUTCOMES: Final = ("genuine", "counterfeit", "review", "insufficient", "unsupported")
OWN: Final = "own_finding"  # the category of cases that no member notified
UNKNOWN: Final = "unknown"  # that of a member that was removed
_HOUR_S: Final = 3600


class FigureRows:
    """Counts what is published; nothing of it names a seller or a member."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count_period(
        self,
        since: datetime.datetime,
        until: datetime.datetime,
        now: datetime.datetime,
        *,
        precision: Estimate,
        recall: Estimate,
    ) -> PeriodCounts:
        """Count the requests received in a period, as they stand now, and its checks."""

        def work(session: Session) -> PeriodCounts:
            cases = _cases_of(since, until)
            groups, ids = _groups(session, cases, now), _ids_of(since, until)
            checks = and_(CheckRow.created_at >= since, CheckRow.created_at < until)
            by_outcome = _grouped(
                session, select(CheckRow.outcome, func.count()).where(checks).group_by(CheckRow.outcome)
            )
            flagged = select(CheckRow.decision, func.count()).where(checks, CheckRow.outcome == "counterfeit")
            reviewed = _grouped(session, flagged.group_by(CheckRow.decision))
            return PeriodCounts(
                by_source=_with_zeros(_sums(groups, lambda one: one.source), ("member", "own")),
                by_ground=_tallied(groups, lambda one: one.ground),
                by_country=_tallied(groups, lambda one: one.country),
                by_category=_tallied(groups, lambda one: one.category),
                by_outcome=_with_zeros(_sums(groups, lambda one: one.outcome), (*DECIDING, "withdrawn", "open")),
                in_time=sum(one.in_time for one in groups),
                late=sum(one.late for one in groups),
                median_hours=_median(session, cases),
                listings_restricted=_restricted(session, cases),
                counter_notices=_moved_to(session, ids, "counter_notice"),
                reinstated=_moved_to(session, ids, "reinstated"),
                complaints_by_side=_complaints(session, ids, ComplaintRow.side, ("notifier", "seller")),
                complaints_by_outcome=_complaints(session, ids, ComplaintRow.state, ("confirmed", "reversed", "open")),
                checks_by_outcome=_with_zeros(by_outcome, OUTCOMES),
                flags_confirmed=reviewed.get("counterfeit", 0),
                flags_refuted=reviewed.get("genuine", 0),
                statements=_statements(session, ids),
                precision=precision,
                recall=recall,
            )

        return await self._database.read(work)

    async def count_year(
        self, since: datetime.datetime, until: datetime.datetime, *, precision: Estimate, recall: Estimate
    ) -> YearCounts:
        """Count the requests under the law of the EU that were received in a year, as they stand now."""

        def work(session: Session) -> YearCounts:
            cases = _cases_of(since, until, "EU", from_trusted_flagger(session))
            trusted = select(cases).where(cases.c.is_trusted == 1).subquery()
            decided = select(CaseMoveRow.actor, func.count()).join(cases, cases.c.case_id == CaseMoveRow.case_id)
            decided = decided.where(*_deciding()).group_by(CaseMoveRow.actor)
            by_actor = _grouped(session, decided)
            sides = {side: _complaint_counts(session, cases, side) for side in ("seller", "notifier", None)}
            return YearCounts(
                grounds=_grounds(session, cases, trusted),
                of_sellers=sides["seller"],
                of_notifiers=sides["notifier"],
                of_trusted=_complaint_counts(session, trusted, "notifier"),
                all_complaints_median_hours=sides[None].median_hours,
                decided_by_automation=by_actor.get("server", 0),
                decided_by_people=sum(count for actor, count in by_actor.items() if actor != "server"),
                precision=precision,
                recall=recall,
            )

        return await self._database.read(work)


def _deciding() -> tuple[Any, Any]:
    """Match the moves that decide: not the ones that stay in a decided state."""
    return CaseMoveRow.to_state.in_(DECIDING), CaseMoveRow.from_state != CaseMoveRow.to_state


def _cases_of(
    since: datetime.datetime,
    until: datetime.datetime,
    jurisdiction: str | None = None,
    trusted: ColumnElement[bool] | None = None,
) -> Subquery:
    """Give the cases of a period with what they are counted by; `outcome` is the first decision where there is one."""
    first = select(CaseMoveRow.to_state).where(CaseMoveRow.case_id == CaseRow.case_id, *_deciding())
    decision = first.order_by(CaseMoveRow.sequence).limit(1).correlate(CaseRow).scalar_subquery()
    category = case((CaseRow.member_id.is_(None), OWN), else_=func.coalesce(MemberRow.category, UNKNOWN))
    query = (
        select(
            CaseRow.case_id,
            CaseRow.created_at,
            CaseRow.member_id,
            CaseRow.ground,
            CaseRow.country,
            CaseRow.state,
            CaseRow.due_at,
            CaseRow.decided_at,
            CaseRow.decided_in_time,
            CaseRow.opened_by,
            category.label("category"),
            (literal(0) if trusted is None else case((trusted, 1), else_=0)).label("is_trusted"),
            func.coalesce(decision, case((CaseRow.state == "withdrawn", "withdrawn"), else_="open")).label("outcome"),
        )
        .outerjoin(MemberRow, MemberRow.member_id == CaseRow.member_id)
        .where(CaseRow.created_at >= since, CaseRow.created_at < until)
    )
    return (query if jurisdiction is None else query.where(CaseRow.jurisdiction == jurisdiction)).subquery()


def _ids_of(since: datetime.datetime, until: datetime.datetime) -> Subquery:
    """Give the ids of the cases of a period alone, which are found quicker."""
    return select(CaseRow.case_id).where(CaseRow.created_at >= since, CaseRow.created_at < until).subquery()


def _grouped(session: Session, query: Any) -> dict[Any, int]:
    return {key: count for key, count in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def _with_zeros(counts: Mapping[str, int], keys: Iterable[str]) -> dict[str, int]:
    return {key: counts.get(key, 0) for key in keys}


@dataclasses.dataclass(frozen=True, slots=True)
class _Group:
    """How many cases have these values, and how many of them were decided in time or are late."""

    member_id: str | None
    ground: str
    country: str
    category: str
    outcome: str
    cases: int
    in_time: int
    late: int

    @property
    def source(self) -> str:
        return "own" if self.member_id is None else "member"


def _groups(session: Session, cases: Subquery, now: datetime.datetime) -> list[_Group]:
    """Count every combination of values in one pass; there are few."""
    columns = [cases.c[name] for name in ("member_id", "ground", "country", "category", "outcome")]
    overdue = and_(cases.c.decided_at.is_(None), cases.c.state.in_(UNDECIDED), cases.c.due_at < now)
    late = or_(cases.c.decided_in_time.is_(False), overdue)
    sums = (func.sum(case((one, 1), else_=0)) for one in (cases.c.decided_in_time.is_(True), late))
    query = select(*columns, func.count(), *sums).group_by(*columns)
    return [
        _Group(
            member_id=values[0],
            ground=values[1],
            country=values[2],
            category=values[3],
            outcome=values[4],
            cases=values[5],
            in_time=int(values[6]),
            late=int(values[7]),
        )
        for values in session.execute(query)
    ]


def _sums(groups: Iterable[_Group], value_of: Callable[[_Group], str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in groups:
        counts[value_of(one)] += one.cases
    return counts


def _tallied(groups: Sequence[_Group], value_of: Callable[[_Group], str]) -> dict[str, Tally]:
    members: defaultdict[str, set[str]] = defaultdict(set)
    for one in groups:
        if one.member_id is not None:
            members[value_of(one)].add(one.member_id)
    return {key: Tally(count=count, members=len(members[key])) for key, count in _sums(groups, value_of).items()}


def _median(session: Session, cases: Subquery, *conditions: Any) -> float | None:
    """Give the median hours from receipt to the first decision."""
    query = select(cases.c.created_at, cases.c.decided_at).where(cases.c.decided_at.is_not(None), *conditions)
    return _median_hours(session.execute(query))


def _median_hours(spans: Iterable[tuple[datetime.datetime, datetime.datetime]]) -> float | None:
    hours = [(end - start).total_seconds() / _HOUR_S for start, end in spans]
    return statistics.median(hours) if hours else None


def _restricted(session: Session, cases: Subquery) -> int:
    listings = select(func.count(identity_column().distinct())).select_from(CaseListingRow)
    query = listings.join(cases, cases.c.case_id == CaseListingRow.case_id)
    return session.scalar(query.where(cases.c.outcome == "upheld")) or 0


def _moved_to(session: Session, cases: Subquery, state: str) -> int:
    query = select(func.count(CaseMoveRow.case_id.distinct())).join(cases, cases.c.case_id == CaseMoveRow.case_id)
    moved = query.where(CaseMoveRow.to_state == state, CaseMoveRow.from_state != CaseMoveRow.to_state)
    return session.scalar(moved) or 0


def _complaints(session: Session, cases: Subquery, column: Any, keys: Iterable[str]) -> dict[str, int]:
    query = select(column, func.count()).join(cases, cases.c.case_id == ComplaintRow.case_id).group_by(column)
    return _with_zeros(_grouped(session, query), keys)


def _statements(session: Session, cases: Subquery) -> dict[str, int]:
    query = select(StatementRow.state, func.count()).join(cases, cases.c.case_id == StatementRow.case_id)
    return _with_zeros(_grouped(session, query.group_by(StatementRow.state)), ("sent", "waiting", "refused"))


def _complaint_counts(session: Session, cases: Subquery, side: str | None) -> ComplaintCounts:
    query = select(ComplaintRow.state, ComplaintRow.created_at, ComplaintRow.decided_at)
    query = query.join(cases, cases.c.case_id == ComplaintRow.case_id)
    rows = session.execute(query if side is None else query.where(ComplaintRow.side == side)).all()
    states = [state for state, _, _ in rows]
    return ComplaintCounts(
        confirmed=states.count("confirmed"),
        reversed=states.count("reversed"),
        open=states.count("open"),
        median_hours=_median_hours((start, end) for _, start, end in rows if end is not None),
    )


def _grounds(session: Session, cases: Subquery, trusted: Subquery) -> dict[str, GroundCounts]:
    of_trusted = {ground: one.notices for ground, one in _by_ground(session, trusted).items()}
    return {
        ground: dataclasses.replace(one, trusted=of_trusted.get(ground, NoticeCounts()))
        for ground, one in _by_ground(session, cases).items()
    }


def _by_ground(session: Session, cases: Subquery) -> dict[str, GroundCounts]:
    """Count notices, their listings, and those restricted, by right; own findings apart. A listing counts once."""
    is_own = case((cases.c.member_id.is_(None), 1), else_=0)
    notices = _grouped_twice(session, select(cases.c.ground, is_own, func.count()).group_by(cases.c.ground, is_own))
    is_restricted = cases.c.outcome == "upheld"
    automated = or_(cases.c.opened_by.in_(("rule", "cluster")), CaseListingRow.check_outcome == "counterfeit")
    found = and_(cases.c.outcome == "upheld", automated)
    listing = identity_column()
    sums = (func.count(case((one, listing)).distinct()) for one in (is_restricted, found))
    query = select(cases.c.ground, is_own, func.count(listing.distinct()), *sums).group_by(cases.c.ground, is_own)
    query = query.select_from(CaseListingRow).join(cases, cases.c.case_id == CaseListingRow.case_id)
    listings = {(ground, own): tuple(map(int, rest)) for ground, own, *rest in session.execute(query)}
    return {
        ground: GroundCounts(
            notices=_notices(session, cases, ground, notices, listings, own=0),
            own=_notices(session, cases, ground, notices, listings, own=1),
            own_found_by_automation=listings.get((ground, 1), (0, 0, 0))[2],
        )
        for ground in sorted({ground for ground, _ in notices})
    }


def _notices(
    session: Session,
    cases: Subquery,
    ground: str,
    notices: Mapping[tuple[str, int], int],
    listings: Mapping[tuple[str, int], tuple[int, ...]],
    *,
    own: int,
) -> NoticeCounts:
    items, actions = listings.get((ground, own), (0, 0))[:2]
    is_own = cases.c.member_id.is_(None) if own else cases.c.member_id.is_not(None)
    return NoticeCounts(
        notices=notices.get((ground, own), 0),
        items=items,
        actions=actions,
        median_hours=_median(session, cases, cases.c.ground == ground, is_own),
    )


def _grouped_twice(session: Session, query: Any) -> dict[tuple[str, int], int]:
    return {(first, second): count for first, second, count in session.execute(query)}
