"""Gives the rows of a case as values: for the rules that change it, and as it is answered."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import cast

from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import (
    Case,
    CaseListing,
    CaseMove,
    CaseNotice,
    CaseOrigin,
    CaseState,
    CaseSummary,
    Ground,
    Jurisdiction,
    Money,
    TimerKind,
    WaitingTimer,
)
from serving.store.cases.case_values import CaseClock, StoredCase
from serving.store.tables import CaseListingRow, CaseMoveRow, CaseNoticeRow, CaseRow, CaseTimerRow


def stored_case(
    row: CaseRow,
    moved_at: datetime.datetime,
    decision_reason: str,
    timers: Iterable[CaseTimerRow],
    owner_id: str | None,
    *,
    notifier_removed: bool,
) -> StoredCase:
    """Give a case as the rules see it, with its timers that wait."""
    return StoredCase(
        case_id=row.case_id,
        created_at=row.created_at,
        member_id=row.member_id,
        owner_id=owner_id,
        opened_by=cast(CaseOrigin, row.opened_by),
        rule_id=row.rule_id,
        product=row.product,
        ground=cast(Ground, row.ground),
        country=row.country,
        jurisdiction=cast(Jurisdiction, row.jurisdiction),
        statement=row.statement,
        listing_names=tuple(one.shown_name for one in row.listings),
        listing_sellers=tuple(one.seller_id for one in row.listings),
        check_outcomes=tuple(one.check_outcome for one in row.listings),
        decision_reason=decision_reason,
        state=cast(CaseState, row.state),
        version=row.version,
        fast_track=row.fast_track,
        clock=CaseClock(
            due_at=row.due_at, due_calendar=row.due_calendar, paused_since=row.paused_since, paused_s=row.paused_s
        ),
        decided_at=row.decided_at,
        decided_in_time=row.decided_in_time,
        moved_at=moved_at,
        waiting={cast(TimerKind, timer.kind): timer.fires_at for timer in timers},
        notifier_removed=notifier_removed,
    )


def summary_of(row: CaseRow, listing_count: int, now: datetime.datetime) -> CaseSummary:
    """Give a case as lists have it."""
    return CaseSummary.model_validate(_summary_values(row, listing_count, now))


def case_of(
    row: CaseRow,
    notices: Sequence[CaseNoticeRow],
    timers: Sequence[CaseTimerRow],
    checks_there: Collection[str],
    principal: Principal,
    now: datetime.datetime,
) -> Case:
    """Give a case as it is answered, without the moves that the caller may make: the rules know them."""
    shown = [one for one in notices if principal.is_operator or one.recipient != "seller"]
    return Case.model_validate(
        {
            **_summary_values(row, len(row.listings), now),
            "statement": row.statement,
            "due_calendar": row.due_calendar,
            "paused_s": row.paused_s,
            "allowed_moves": [],
            "listings": [_listing_of(one, checks_there) for one in row.listings],
            "moves": [_move_of(one) for one in row.moves],
            "waiting": [WaitingTimer.model_validate({"kind": t.kind, "at": utc_text(t.fires_at)}) for t in timers],
            "evidence": [],
            "notices": [_notice_of(one) for one in shown],
        }
    )


def _summary_values(row: CaseRow, listing_count: int, now: datetime.datetime) -> dict[str, object]:
    waits = row.decided_at is None and row.state in ("received", "in_review")
    late_by_now = waits and row.due_at is not None and row.due_at < now
    return {
        "case_id": row.case_id,
        "created_at": utc_text(row.created_at),
        "member_id": row.member_id,
        "opened_by": row.opened_by,
        "rule_id": row.rule_id,
        "product": row.product,
        "ground": row.ground,
        "country": row.country,
        "jurisdiction": row.jurisdiction,
        "state": row.state,
        "version": row.version,
        "fast_track": row.fast_track,
        "due_at": _text_or_none(row.due_at),
        "is_late": late_by_now or row.decided_in_time is False,
        "paused_since": _text_or_none(row.paused_since),
        "decided_at": _text_or_none(row.decided_at),
        "decided_in_time": row.decided_in_time,
        "closed_at": _text_or_none(row.closed_at),
        "reason_code": row.reason_code,
        "reason": row.reason,
        "listing_count": listing_count,
    }


def _listing_of(row: CaseListingRow, checks_there: Collection[str]) -> CaseListing:
    value = None
    if row.value_amount is not None and row.value_currency is not None:
        value = Money(amount=row.value_amount, currency=row.value_currency)
    return CaseListing(
        position=row.position,
        listing_id=row.listing_id,
        seller_id=row.seller_id,
        url=row.url,
        check_id=row.check_id,
        check_outcome=row.check_outcome,
        check_authenticity=row.check_authenticity,
        check_deleted=row.check_id is not None and row.check_id not in checks_there,
        value=value,
        removed_at=_text_or_none(row.removed_at),
    )


def _move_of(row: CaseMoveRow) -> CaseMove:
    return CaseMove.model_validate(
        {
            "sequence": row.sequence,
            "at": utc_text(row.at),
            "from_state": row.from_state,
            "to_state": row.to_state,
            "actor": row.actor,
            "actor_name": row.actor_name,
            "reason_code": row.reason_code,
            "reason": row.reason,
            "due_at": _text_or_none(row.due_at),
        }
    )


def _notice_of(row: CaseNoticeRow) -> CaseNotice:
    return CaseNotice.model_validate(
        {
            "notice_id": row.notice_id,
            "recipient": row.recipient,
            "kind": row.kind,
            "at": utc_text(row.at),
            "text": row.body.get("text", ""),
            "positions": row.positions,
            "opened_at": _text_or_none(row.opened_at),
        }
    )


def _text_or_none(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)
