"""The rows of fast track: where members and rules stand, each change, and the records that led to it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, or_, select, true, tuple_
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.standing import FastTrackChange, FastTrackStatus, Standing, SubjectKind
from serving.store.audit_rows import append_entry
from serving.store.cases.records import count_records
from serving.store.cases.standing_values import Record, StandingChange, Status, Subject
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.sortable_id import new_id
from serving.store.tables import CaseRow, CaseRuleRow, FastTrackChangeRow, FastTrackRow, MemberRow

Evaluate = Callable[[Status, Record], StandingChange | None]
Place = tuple[str, str]  # kind and id of a subject


class FastTrackRows:
    """The rows of fast track. A member sees its own standing and that of its rules."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_records(self, since: datetime.datetime, now: datetime.datetime) -> list[tuple[Subject, Record]]:
        """Give the record of every member and rule that has one, or a standing, and that was not removed."""

        def work(session: Session) -> list[tuple[Subject, Record]]:
            stood = session.execute(select(FastTrackRow.subject_kind, FastTrackRow.subject_id))
            standing = {(kind, subject_id) for kind, subject_id in stood}
            members = [(one, one) for one in session.scalars(select(MemberRow.member_id))]
            rules = session.execute(select(CaseRuleRow.rule_id, CaseRuleRow.member_id))
            of_members = count_records(session, CaseRow.member_id, since, now)
            of_rules = count_records(session, CaseRow.rule_id, since, now)
            return [
                *_subjects("member", members, of_members, standing),
                *_subjects("rule", rules, of_rules, standing),
            ]

        return await self._database.read(work)

    async def evaluate(
        self,
        principal: Principal,
        some: Iterable[tuple[Subject, Record]],
        evaluate: Evaluate,
        now: datetime.datetime,
    ) -> int:
        """Note these records, and make what a pure function says of each its standing; gives how many changed.

        A change is stored with its record, its event and its audit entry, all in one transaction.
        """
        some = list(some)

        def work(session: Session) -> int:
            return sum(_evaluate_one(session, principal, subject, record, evaluate, now) for subject, record in some)

        return await self._database.write(work)

    async def find_page(
        self, principal: Principal, limit: int, *, standing: Standing | None = None, after: Place | None = None
    ) -> list[FastTrackStatus]:
        """Give at most `limit` standings after a place, members before rules."""
        query = select(FastTrackRow, MemberRow.name).outerjoin(MemberRow, MemberRow.member_id == FastTrackRow.member_id)
        query = query.where(_own(principal, FastTrackRow.member_id))
        if standing is not None:
            query = query.where(FastTrackRow.standing == standing)
        place = tuple_(FastTrackRow.subject_kind, FastTrackRow.subject_id)
        if after is not None:
            kind, subject_id = after
            same = (FastTrackRow.subject_kind == kind) & (FastTrackRow.subject_id > subject_id)
            query = query.where(or_(FastTrackRow.subject_kind > kind, same))
        query = query.order_by(*place).limit(limit)
        return await self._database.read(lambda session: [_status_of(*row) for row in session.execute(query)])

    async def find_changes(
        self, principal: Principal, limit: int, *, subject_id: str | None = None, before: str | None = None
    ) -> list[FastTrackChange]:
        """Give at most `limit` changes with smaller ids than `before`, newest first."""
        query: Select[FastTrackChangeRow] = select(FastTrackChangeRow)
        query = query.where(_own(principal, FastTrackChangeRow.member_id))
        if subject_id is not None:
            query = query.where(FastTrackChangeRow.subject_id == subject_id)
        if before is not None:
            query = query.where(FastTrackChangeRow.change_id < before)
        query = query.order_by(FastTrackChangeRow.change_id.desc()).limit(limit)
        return await self._database.read(lambda session: [_change_of(row) for row in session.scalars(query)])


def _own(principal: Principal, member_id: SQLColumnExpression[str | None]) -> ColumnElement[bool]:
    return true() if principal.is_operator else member_id == principal.member_id


def _subjects(
    kind: SubjectKind,
    known: Iterable[tuple[str, str | None]],
    records: Mapping[str, Record],
    standing: set[tuple[str, str]],
) -> list[tuple[Subject, Record]]:
    return [
        (Subject(kind=kind, subject_id=one, member_id=member_id), records.get(one, Record()))
        for one, member_id in known
        if one in records or (kind, one) in standing
    ]


def _evaluate_one(
    session: Session,
    principal: Principal,
    subject: Subject,
    record: Record,
    evaluate: Evaluate,
    now: datetime.datetime,
) -> bool:
    row = session.get(FastTrackRow, (subject.kind, subject.subject_id))
    if row is None:
        row = FastTrackRow(
            subject_kind=subject.kind, subject_id=subject.subject_id, member_id=subject.member_id,
            standing="standard", since=now,
        )  # fmt: skip
        session.add(row)
    before = Status(standing=cast(Standing, row.standing), until=row.until)
    change = evaluate(before, record)
    row.evaluated_at = now
    row.decided, row.upheld, row.counter_notices_won = record.decided, record.upheld, record.counter_notices_won
    if change is None:
        return False
    row.standing, row.until, row.since = change.status.standing, change.status.until, now
    _write_change(session, principal, subject, record, before, change, now)
    return True


def _write_change(
    session: Session,
    principal: Principal,
    subject: Subject,
    record: Record,
    before: Status,
    change: StandingChange,
    now: datetime.datetime,
) -> None:
    until = change.status.until
    stored = FastTrackChangeRow(
        change_id=new_id(),
        at=now,
        subject_kind=subject.kind,
        subject_id=subject.subject_id,
        member_id=subject.member_id,
        from_standing=before.standing,
        to_standing=change.status.standing,
        until=until,
        reason_code=change.reason_code,
        reason=change.reason,
        decided=record.decided,
        upheld=record.upheld,
        counter_notices_won=record.counter_notices_won,
    )
    session.add(stored)
    facts = {
        "from": before.standing,
        "to": change.status.standing,
        "until": None if until is None else utc_text(until),
        "reason_code": change.reason_code,
        **dataclasses.asdict(record),
    }
    named = {"subject_kind": subject.kind, "subject_id": subject.subject_id, "reason": change.reason}
    add_event(session, NewEvent(type="fast_track.changed", member_id=subject.member_id, data={**named, **facts}))
    entry = new_entry(
        principal, "fast_track.changed", subject.kind, subject.subject_id, facts, member_id=subject.member_id
    )
    append_entry(session, entry)


def _figures(row: FastTrackRow | FastTrackChangeRow) -> dict[str, object]:
    record = Record(decided=row.decided, upheld=row.upheld, counter_notices_won=row.counter_notices_won)
    return {
        **dataclasses.asdict(record),
        "upheld_share": record.upheld_share,
        "counter_share": record.counter_share,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "member_id": row.member_id,
        "until": None if row.until is None else utc_text(row.until),
    }


def _status_of(row: FastTrackRow, name: str | None) -> FastTrackStatus:
    times = {"since": utc_text(row.since), "evaluated_at": utc_text(row.evaluated_at)}
    return FastTrackStatus.model_validate({**_figures(row), **times, "standing": row.standing, "name": name})


def _change_of(row: FastTrackChangeRow) -> FastTrackChange:
    named = {
        name: getattr(row, name) for name in ("change_id", "from_standing", "to_standing", "reason_code", "reason")
    }
    return FastTrackChange.model_validate({**_figures(row), **named, "at": utc_text(row.at)})
