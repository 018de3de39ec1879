"""The rows of misuse: figures of manifestly unfounded notices, warnings, suspensions, and their end."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import Action, new_entry
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.standing import MisuseStep, MisuseStepKind
from serving.schemas.events import EventType
from serving.store.audit_rows import append_entry
from serving.store.cases.records import count_records
from serving.store.cases.standing_values import MemberMisuse, MisuseFigures
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.idempotency_rows import Claim
from serving.store.member_rows import get_member
from serving.store.sortable_id import new_id
from serving.store.tables import CaseMoveRow, CaseRow, MemberRow, MisuseStepRow

_EVENTS: dict[str, EventType] = {
    "warning": "misuse.warned",
    "suspension": "misuse.suspended",
    "lifting": "misuse.lifted",
}
_ACTIONS: dict[str, Action] = {"warning": "misuse.warned", "suspension": "misuse.suspended", "lifting": "misuse.lifted"}


class MisuseRows:
    """The rows of misuse. A member sees its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_members(
        self, principal: Principal, unfounded: str, since: datetime.datetime, now: datetime.datetime
    ) -> list[MemberMisuse]:
        """Give the members with notices that were rejected by this reason code since then, or with a step in force."""
        return await self._database.read(lambda session: _find(session, principal, unfounded, since, now))

    async def add_step(
        self,
        principal: Principal,
        member_id: str,
        kind: MisuseStepKind,
        reason: str,
        until: datetime.datetime | None,
        *,
        unfounded: str,
        since: datetime.datetime,
        now: datetime.datetime,
        require: Callable[[MemberMisuse], None],
        claim: Claim | None = None,
    ) -> MisuseStep:
        """Take a step, with its event and audit entry; raises MemberNotFound, what `require` raises of the member as it
        is in the transaction, and IdempotencyKeyReused."""

        def work(session: Session) -> MisuseStep:
            get_member(session, principal, member_id)
            if claim is not None:
                of_key = select(MisuseStepRow).where(MisuseStepRow.key_sha256 == claim.key_sha256)
                earlier = session.scalars(of_key).one_or_none()
                if earlier is not None:
                    claim.require_same(earlier.fingerprint)
                    return _step_of(earlier)
            member = _misuse_of(session, principal, member_id, unfounded, since, now)
            require(member)
            row = MisuseStepRow(
                step_id=new_id(), member_id=member_id, kind=kind, at=now, until=until, reason=reason,
                decided=member.figures.decided, unfounded=member.figures.unfounded,
            )  # fmt: skip
            if claim is not None:
                row.key_sha256, row.fingerprint = claim.key_sha256, claim.fingerprint
            if kind == "lifting":
                _lift(session, member_id, now)
            session.add(row)
            _record(session, principal, row)
            return _step_of(row)

        return await self._database.write(work)

    async def find_steps(
        self, principal: Principal, limit: int, *, member_id: str | None = None, before: str | None = None
    ) -> list[MisuseStep]:
        """Give at most `limit` steps with smaller ids than `before`, newest first."""
        query = select(MisuseStepRow)
        if not principal.is_operator:
            query = query.where(MisuseStepRow.member_id == principal.member_id)
        if member_id is not None:
            query = query.where(MisuseStepRow.member_id == member_id)
        if before is not None:
            query = query.where(MisuseStepRow.step_id < before)
        query = query.order_by(MisuseStepRow.step_id.desc()).limit(limit)
        return await self._database.read(lambda session: [_step_of(row) for row in session.scalars(query)])


def suspended_until(session: Session, member_id: str, now: datetime.datetime) -> datetime.datetime | None:
    """Give until when a member's notices are not processed; None where they are."""
    query = select(MisuseStepRow.until).where(
        MisuseStepRow.member_id == member_id,
        MisuseStepRow.kind == "suspension",
        MisuseStepRow.lifted_at.is_(None),
        MisuseStepRow.until > now,
    )
    return max((until for until in session.scalars(query) if until is not None), default=None)


def _lift(session: Session, member_id: str, now: datetime.datetime) -> None:
    running = select(MisuseStepRow).where(
        MisuseStepRow.member_id == member_id,
        MisuseStepRow.kind == "suspension",
        MisuseStepRow.lifted_at.is_(None),
        MisuseStepRow.until > now,
    )
    for row in session.scalars(running):
        row.lifted_at = now


def _find(
    session: Session, principal: Principal, unfounded: str, since: datetime.datetime, now: datetime.datetime
) -> list[MemberMisuse]:
    records = count_records(session, CaseRow.member_id, since, now)
    rejected = select(CaseRow.member_id, CaseMoveRow.at).join(CaseMoveRow, CaseMoveRow.case_id == CaseRow.case_id)
    rejected = rejected.where(
        CaseMoveRow.to_state == "rejected",
        CaseMoveRow.reason_code == unfounded,
        CaseMoveRow.at >= since,
        CaseMoveRow.at <= now,
        CaseRow.member_id.is_not(None),
    )
    steps = select(MisuseStepRow).where(MisuseStepRow.kind == "warning", MisuseStepRow.at >= since)
    running = select(MisuseStepRow).where(MisuseStepRow.kind == "suspension", MisuseStepRow.until > now)
    running = running.where(MisuseStepRow.lifted_at.is_(None))
    times: defaultdict[str, list[datetime.datetime]] = defaultdict(list)
    for member_id, at in session.execute(rejected):
        if member_id is not None:
            times[member_id].append(at)
    warned: dict[str, datetime.datetime] = {}
    for row in session.scalars(steps):
        warned[row.member_id] = max(row.at, warned.get(row.member_id, row.at))
    ends: dict[str, datetime.datetime] = {}
    for row in session.scalars(running):
        if row.until is not None:
            ends[row.member_id] = max(row.until, ends.get(row.member_id, row.until))
    named = session.execute(select(MemberRow.member_id, MemberRow.name))
    names = {one: name for one, name in named}  # noqa: C416 - rows are no pairs to mypy
    shown = times.keys() | warned.keys() | ends.keys()
    found = [
        MemberMisuse(
            member_id=one,
            name=names.get(one),
            figures=MisuseFigures(
                decided=records[one].decided if one in records else 0,
                unfounded=len(times[one]),
                unfounded_since_warning=sum(at > warned[one] for at in times[one]) if one in warned else 0,
            ),
            warned_at=warned.get(one),
            suspended_until=ends.get(one),
        )
        for one in shown
        if principal.is_operator or one == principal.member_id
    ]
    return sorted(found, key=lambda one: (-one.figures.unfounded, one.member_id))


def _misuse_of(
    session: Session,
    principal: Principal,
    member_id: str,
    unfounded: str,
    since: datetime.datetime,
    now: datetime.datetime,
) -> MemberMisuse:
    for one in _find(session, principal, unfounded, since, now):
        if one.member_id == member_id:
            return one
    return MemberMisuse(member_id=member_id, name=None, figures=MisuseFigures(), warned_at=None, suspended_until=None)


def _record(session: Session, principal: Principal, row: MisuseStepRow) -> None:
    facts = {
        "step_id": row.step_id,
        "until": None if row.until is None else utc_text(row.until),
        "decided": row.decided,
        "unfounded": row.unfounded,
    }
    sent = {"member_id": row.member_id, "reason": row.reason, **facts}
    add_event(session, NewEvent(type=_EVENTS[row.kind], member_id=row.member_id, data=sent))
    entry = new_entry(principal, _ACTIONS[row.kind], "member", row.member_id, facts, member_id=row.member_id)
    append_entry(session, entry)


def _step_of(row: MisuseStepRow) -> MisuseStep:
    return MisuseStep.model_validate(
        {
            "step_id": row.step_id,
            "member_id": row.member_id,
            "kind": row.kind,
            "at": utc_text(row.at),
            "until": None if row.until is None else utc_text(row.until),
            "lifted_at": None if row.lifted_at is None else utc_text(row.lifted_at),
            "reason": row.reason,
            "decided": row.decided,
            "unfounded": row.unfounded,
        }
    )
