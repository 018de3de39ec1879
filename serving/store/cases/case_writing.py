"""Writes what becomes of a case: its opening, its moves, its timers, its notices, with their events and audit entries.

All of it is called in the transaction of one change, so that a kill leaves all of it or nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import CaseCheckMissing, RequestInvalid
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.store.audit_rows import append_entry
from serving.store.cases.case_values import (
    CaseAddition,
    CaseChange,
    CaseClock,
    NewCase,
    NewCaseEvent,
    NewListing,
    NewNotice,
    NewTimer,
    Opening,
)
from serving.store.cases.listing_identity import require_each_once
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.sortable_id import new_id
from serving.store.tables import CaseListingRow, CaseMoveRow, CaseNoticeRow, CaseRow, CaseTimerRow, CheckRow
from serving.store.tables.enforcement.case_progress import WAITING


def write_opening(
    session: Session, principal: Principal, new: NewCase, opening: Opening, found: Mapping[str, CheckRow]
) -> CaseRow:
    """Add a case with its first move; raises CaseCheckMissing, or RequestInvalid, before anything is added.

    It is invalid where its product is not clear, or a listing comes twice. `found` has the checks that its listings
    name, by id, as far as the caller may see them.
    """
    checks = _checks_of(new.listings, found)
    product = _product_of(principal, new, checks)
    row = CaseRow(
        case_id=opening.case_id,
        created_at=opening.at,
        member_id=new.member_id,
        opened_by=new.opened_by,
        rule_id=new.rule_id,
        origin_key=new.origin_key,
        fingerprint=new.fingerprint,
        product=product,
        ground=new.ground,
        country=new.country,
        jurisdiction=opening.jurisdiction,
        statement=new.statement,
        state="received",
        version=0,
        fast_track=opening.fast_track,
        reason="",
    )
    write_clock(row, opening.clock)
    row.listings = [_listing_row(position, one, checks) for position, one in enumerate(new.listings)]
    require_each_once(row.listings)
    session.add(row)
    change = CaseChange(
        to_state="received",
        at=opening.at,
        actor=opening.actor,
        clock=opening.clock,
        timers=opening.timers,
        notices=opening.receipts(product, [one.shown_name for one in row.listings]),
    )
    _add_move(session, principal, row, None, change)
    facts: dict[str, JsonValue] = {"country": row.country, "opened_by": row.opened_by, "listings": len(new.listings)}
    add_case_event(session, row, NewCaseEvent(type="case.opened", data=facts))
    entry = new_entry(principal, "case.opened", "case", row.case_id, member_id=row.member_id)
    append_entry(session, entry.with_details(product=product, **facts))
    return row


def write_change(session: Session, principal: Principal, row: CaseRow, change: CaseChange) -> CaseMoveRow:
    """Make a change the next move of a case."""
    from_state = row.state
    move = _add_move(session, principal, row, from_state, change)
    row.state = change.to_state
    write_clock(row, change.clock)
    if change.reason or change.reason_code:
        row.reason_code, row.reason = change.reason_code, change.reason
    if change.decided_in_time is not None:
        row.decided_at, row.decided_in_time = change.at, change.decided_in_time
    if change.to_state in ("closed", "withdrawn"):
        row.closed_at = change.at
    if change.takes_down is not None:
        _mark_listings(session, row, change)
    moved: dict[str, JsonValue] = {
        "from": from_state,
        "to": change.to_state,
        "actor": change.actor,
        "reason_code": change.reason_code,
    }
    for event in change.events:
        add_case_event(session, row, NewCaseEvent(type=event.type, data={**moved, **event.data}))
    entry = new_entry(principal, "case.moved", "case", row.case_id, member_id=row.member_id)
    append_entry(session, entry.with_details(**moved, version=row.version))
    return move


def write_addition(session: Session, row: CaseRow, addition: CaseAddition) -> None:
    """Write what is added to a case without a move."""
    _add_notices(session, row, addition.notices, addition.at)
    for event in addition.events:
        add_case_event(session, row, event)


def add_case_event(session: Session, row: CaseRow, event: NewCaseEvent) -> None:
    """Add an event of a case. It names no seller: whoever sees it may read the case."""
    facts: dict[str, object] = {
        "case_id": row.case_id,
        "state": row.state,
        "version": row.version,
        "due_at": None if row.due_at is None else utc_text(row.due_at),
        **event.data,
    }
    add_event(session, NewEvent(type=event.type, product=row.product, member_id=row.member_id, data=facts))


def write_clock(row: CaseRow, clock: CaseClock) -> None:
    """Write the clock of a case, without a move."""
    row.due_at, row.due_calendar = clock.due_at, clock.due_calendar
    row.paused_since, row.paused_s = clock.paused_since, clock.paused_s


def add_timers(session: Session, case_id: str, timers: Iterable[NewTimer]) -> None:
    """Add timers of a case."""
    session.add_all(
        CaseTimerRow(timer_id=new_id(), case_id=case_id, kind=one.kind, fires_at=one.fires_at) for one in timers
    )


def _add_move(
    session: Session, principal: Principal, row: CaseRow, from_state: str | None, change: CaseChange
) -> CaseMoveRow:
    row.version += 1
    move = CaseMoveRow(
        case_id=row.case_id,
        sequence=row.version,
        at=change.at,
        from_state=from_state,
        to_state=change.to_state,
        actor=change.actor,
        actor_name=principal.name,
        actor_member_id=principal.member_id,
        reason_code=change.reason_code,
        reason=change.reason,
        due_at=change.clock.due_at,
    )
    session.add(move)
    _cancel_timers(session, row.case_id, change)
    add_timers(session, row.case_id, change.timers)
    _add_notices(session, row, change.notices, change.at)
    return move


def _cancel_timers(session: Session, case_id: str, change: CaseChange) -> None:
    if change.cancels is not None and not change.cancels:
        return
    waiting = update(CaseTimerRow).where(CaseTimerRow.case_id == case_id, text(WAITING))
    if change.cancels is not None:
        waiting = waiting.where(CaseTimerRow.kind.in_(sorted(change.cancels)))
    session.execute(waiting.values(cancelled_at=change.at))


def _mark_listings(session: Session, row: CaseRow, change: CaseChange) -> None:
    at = change.at if change.takes_down else None
    session.execute(update(CaseListingRow).where(CaseListingRow.case_id == row.case_id).values(removed_at=at))


def _add_notices(session: Session, row: CaseRow, notices: Iterable[NewNotice], at: datetime.datetime) -> None:
    session.add_all(
        CaseNoticeRow(
            notice_id=new_id(),
            case_id=row.case_id,
            recipient=one.recipient,
            kind=one.kind,
            at=at,
            body={**one.body, "sequence": row.version},  # of its move: ids and times of one moment say no order
            positions=None if one.positions is None else list(one.positions),
            token_sha256=one.token_sha256,
            expires_at=one.expires_at,
        )
        for one in notices
    )


def _listing_row(position: int, new: NewListing, checks: Mapping[str, CheckRow]) -> CaseListingRow:
    check = None if new.check_id is None else checks[new.check_id]
    return CaseListingRow(
        position=position,
        listing_id=new.listing_id or (None if check is None else check.listing_id),
        seller_id=new.seller_id or (None if check is None else check.seller_id),
        url=new.url,
        check_id=new.check_id,
        check_outcome=None if check is None else check.outcome,
        check_authenticity=None if check is None else check.authenticity,
        value_amount=new.value_amount,
        value_currency=new.value_currency,
    )


def _checks_of(listings: Sequence[NewListing], found: Mapping[str, CheckRow]) -> dict[str, CheckRow]:
    """Give the checks that listings name; raises CaseCheckMissing, also for one that the caller may not see."""
    checks = {}
    for position, one in enumerate(listings):
        if one.check_id is None:
            continue
        if one.check_id not in found:
            raise CaseCheckMissing(
                f"listings.{position}.check_id: no check has the id {one.check_id[:80]!r}; it was never made here, or "
                "it was deleted. Leave it out and name the listing by its id or address"
            )
        checks[one.check_id] = found[one.check_id]
    return checks


def _product_of(principal: Principal, new: NewCase, checks: Mapping[str, CheckRow]) -> str:
    named = {check.product for check in checks.values()} | ({new.product} if new.product is not None else set())
    if len(named) > 1:
        raise _invalid("product", f"a case is about one product, and these listings are of {', '.join(sorted(named))}")
    if not named:
        raise _invalid("product", "name the product, since no listing has a check that does")
    product = named.pop()
    if not principal.sees(product):
        raise _invalid("product", f"{product[:80]!r} is not one of your products; a member opens cases on its own")
    return product


def _invalid(field: str, message: str) -> RequestInvalid:
    return RequestInvalid(f"{field}: {message}", [(field, message)])
