"""The rows of complaints, each written with its event and its entry of the audit log."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import CaseNotFound, ComplaintDecided, ComplaintNotFound, ComplaintNotPossible
from serving.principal import SELLER, Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import CaseState, Jurisdiction
from serving.schemas.enforcement.complaints import (
    Complaint,
    ComplaintOutcome,
    ComplaintSide,
    ComplaintState,
    DecisionAgainst,
)
from serving.schemas.events import EventType
from serving.store.audit_rows import append_entry
from serving.store.cases.case_notice_rows import get_notice
from serving.store.cases.case_rows import as_stored, change_case, get_case
from serving.store.cases.case_values import CaseChange, StoredCase
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.sortable_id import new_id
from serving.store.tables import CaseMoveRow, CaseRow, ComplaintRow

DECIDING = ("upheld", "rejected")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecision:
    """A move of a case that decided it; `informed_at`: when whom it is against learnt of it, or None."""

    sequence: int
    to: DecisionAgainst
    at: datetime.datetime
    informed_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ContestedCase:
    """A case as the rules of complaints see it; decisions are oldest first."""

    country: str
    jurisdiction: Jurisdiction
    decisions: tuple[CaseDecision, ...]


Contest = Callable[[ContestedCase], CaseDecision]
Wanted = Mapping[str, str | int]  # the columns of a complaint that say whose it is and about which decision
Reverse = Callable[[DecisionAgainst, StoredCase], CaseChange | None]


class ComplaintRows:
    """The rows of complaints. A member sees those of cases that it notified; what a seller wrote is the operator's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        principal: Principal,
        case_id: str,
        side: ComplaintSide,
        text: str,
        contest: Contest,
        now: datetime.datetime,
    ) -> Complaint:
        """Add a complaint about the decision that `contest` gives; sent again with the same words, it is the first one.

        Raises CaseNotFound, ComplaintNotPossible, and what `contest` raises.
        """

        def work(session: Session) -> Complaint:
            case = get_case(session, principal, case_id)
            if not principal.is_operator and (side != "notifier" or case.member_id != principal.member_id):
                raise ComplaintNotPossible(
                    "a member complains as the notifier of its own case; the seller complains by its notice, or to the "
                    "operator"
                )
            wanted: Wanted = {
                "side": side,
                "notice_id": "",
                "decision_sequence": contest(_contested(case)).sequence,
            }
            return _add_once(session, principal, case, wanted, text, now)

        return await self._database.write(work)

    async def add_by_link(self, token_sha256: str, text: str, contest: Contest, now: datetime.datetime) -> Complaint:
        """Add a seller's complaint by the link of its notice, as `add` does; raises CaseNoticeNotFound, too."""

        def work(session: Session) -> Complaint:
            notice = get_notice(session, token_sha256, now)
            case = session.get_one(CaseRow, notice.case_id)
            sequence = contest(_contested(case)).sequence
            wanted: Wanted = {"side": "seller", "notice_id": notice.notice_id, "decision_sequence": sequence}
            return _add_once(session, SELLER, case, wanted, text, now)

        return await self._database.write(work)

    async def decide(
        self,
        principal: Principal,
        complaint_id: str,
        outcome: ComplaintOutcome,
        reason: str,
        reverse: Reverse,
        now: datetime.datetime,
    ) -> Complaint:
        """Decide a complaint, and take a reversed decision back in the same transaction.

        Raises ComplaintNotFound, ComplaintDecided, and what `reverse` raises.
        """
        entry = new_entry(principal, "complaint.decided", "complaint", complaint_id)

        def work(session: Session) -> Complaint:
            row = _get(session, principal, complaint_id)
            if row.state != "open":
                raise ComplaintDecided(f"complaint {complaint_id} was decided already: {row.state}")
            case = get_case(session, principal, row.case_id)
            row.state, row.reason, row.decided_at = outcome, reason, max(now, row.created_at)
            row.decided_by, row.decided_key_id = principal.name, principal.key_id
            row.decided_user_id = principal.user_id
            if outcome == "reversed":
                _reverse(session, principal, case, row, reverse)
            _announce(session, case, row, "complaint.decided", {"state": outcome})
            append_entry(session, entry.with_details(case_id=row.case_id, outcome=outcome, case_state=case.state))
            return _complaint_of(row, case)

        return await self._database.write(work)

    async def find_of_case(self, principal: Principal, case_id: str) -> list[Complaint]:
        """Give the complaints of a case that the caller may see, oldest first; raises CaseNotFound."""

        def work(session: Session) -> list[Complaint]:
            case = get_case(session, principal, case_id)
            query = select(ComplaintRow).where(ComplaintRow.case_id == case_id).order_by(ComplaintRow.complaint_id)
            return [_complaint_of(row, case) for row in session.scalars(query) if _is_visible(principal, case, row)]

        return await self._database.read(work)

    async def find_page(self, state: ComplaintState | None, limit: int, before: str | None) -> list[Complaint]:
        """Give at most `limit` complaints that precede the one with this id, newest first; for the operator."""

        def work(session: Session) -> list[Complaint]:
            query = select(ComplaintRow, CaseRow).join(CaseRow, CaseRow.case_id == ComplaintRow.case_id)
            query = query if state is None else query.where(ComplaintRow.state == state)
            query = query if before is None else query.where(ComplaintRow.complaint_id < before)
            found = session.execute(query.order_by(ComplaintRow.complaint_id.desc()).limit(limit))
            return [_complaint_of(row, case) for row, case in found]

        return await self._database.read(work)


def _add_once(
    session: Session,
    principal: Principal,
    case: CaseRow,
    wanted: Wanted,
    text: str,
    now: datetime.datetime,
) -> Complaint:
    """Add a complaint, of which `wanted` says whose it is and about which decision; raises ComplaintNotPossible."""
    row = session.scalars(select(ComplaintRow).filter_by(case_id=case.case_id, **wanted)).one_or_none()
    if row is not None and row.text != text:
        raise ComplaintNotPossible(f"the {wanted['side']} complained about this decision already: {row.complaint_id}")
    if row is None:
        row = ComplaintRow(
            complaint_id=new_id(), case_id=case.case_id, created_at=now, text=text, state="open", reason="", **wanted
        )
        session.add(row)
        _announce(session, case, row, "complaint.received", {})
        entry = new_entry(principal, "complaint.received", "case", case.case_id)
        append_entry(session, entry.with_details(complaint_id=row.complaint_id, side=row.side))
    return _complaint_of(row, case)


def _reverse(session: Session, principal: Principal, case: CaseRow, row: ComplaintRow, reverse: Reverse) -> None:
    """Take the decision back by a move of the case, where the case can still be moved."""
    change = reverse(_decision_of(row, case), as_stored(session, case))
    if change is not None:
        change_case(session, principal, case.case_id, lambda _: change)


def _get(session: Session, principal: Principal, complaint_id: str) -> ComplaintRow:
    row = session.get(ComplaintRow, complaint_id)
    missing = ComplaintNotFound(f"no complaint has the id {complaint_id[:80]!r}")
    if row is None:
        raise missing
    try:
        case = get_case(session, principal, row.case_id)
    except CaseNotFound:
        raise missing from None
    if not _is_visible(principal, case, row):
        raise missing
    return row


def _is_visible(principal: Principal, case: CaseRow, row: ComplaintRow) -> bool:
    return principal.is_operator or (row.side == "notifier" and case.member_id == principal.member_id)


def _announce(session: Session, case: CaseRow, row: ComplaintRow, kind: EventType, more: dict[str, str]) -> None:
    """Add an event for who may see the complaint: the operator, and the notifying member its own."""
    data = {"case_id": case.case_id, "complaint_id": row.complaint_id, "side": row.side, **more}
    member_id = case.member_id if row.side == "notifier" else None
    add_event(session, NewEvent(type=kind, data=data, member_id=member_id))


def _contested(case: CaseRow) -> ContestedCase:
    return ContestedCase(
        country=case.country, jurisdiction=cast(Jurisdiction, case.jurisdiction), decisions=_decisions_of(case)
    )


def _decisions_of(case: CaseRow) -> tuple[CaseDecision, ...]:
    return tuple(
        CaseDecision(
            sequence=move.sequence,
            to=cast(DecisionAgainst, move.to_state),
            at=move.at,
            informed_at=_informed_at(case, move),
        )
        for move in case.moves
        if move.to_state in DECIDING and move.from_state != move.to_state
    )


def _informed_at(case: CaseRow, decision: CaseMoveRow) -> datetime.datetime | None:
    """Give when the side that a decision is against was informed of it, None where it was not yet.

    A notifier reads a rejection at once, and a seller who has the link a decision made anew. Before, a seller learns of
    its restriction when the notice is forwarded.
    """
    forwarded = [move for move in case.moves if move.to_state == "forwarded"]
    if decision.to_state == "rejected" or any(move.sequence < decision.sequence for move in forwarded):
        return decision.at
    return next((move.at for move in forwarded if move.sequence > decision.sequence), None)


def _decision_of(row: ComplaintRow, case: CaseRow) -> DecisionAgainst:
    move: CaseMoveRow = next(one for one in case.moves if one.sequence == row.decision_sequence)
    return cast(DecisionAgainst, move.to_state)


def _complaint_of(row: ComplaintRow, case: CaseRow) -> Complaint:
    return Complaint(
        complaint_id=row.complaint_id,
        case_id=row.case_id,
        side=cast(ComplaintSide, row.side),
        notice_id=row.notice_id or None,
        decision=_decision_of(row, case),
        decision_sequence=row.decision_sequence,
        created_at=utc_text(row.created_at),
        text=row.text,
        state=cast(ComplaintState, row.state),
        decided_at=None if row.decided_at is None else utc_text(row.decided_at),
        decided_by=row.decided_by,
        reason=row.reason,
        case_state=cast(CaseState, case.state),
    )
