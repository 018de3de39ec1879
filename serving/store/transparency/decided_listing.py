"""A listing that a decision restricts, as its statement of reasons is made of it.

It is what was decided, whenever it is read: nothing of it follows what became of the case since.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, aliased

from serving.schemas.enforcement.cases import Ground
from serving.schemas.enforcement.transparency import Automation
from serving.store.cases.case_values import is_found_by_automation
from serving.store.sortable_id import time_of
from serving.store.tables import CaseListingRow, CaseMoveRow, CaseRow, CheckRow, MemberRow, StatementRow
from serving.store.transparency.trusted_notices import from_trusted_flagger

FIRST_DECISION_FROM = ("received", "in_review")  # upheld after a counter-notice, a restriction stays: it is no new one
_Query: TypeAlias = "Select[CaseRow, CaseListingRow, CaseMoveRow, datetime.datetime, str, bool]"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecidedListing:
    """A listing that a decision restricts; times in UTC.

    `decision_sequence` is the number of the move that decided, so that a case decided twice has two statements.
    `content_at` is when the listing was first seen here, since when it was posted is not known. `personal` has ids and
    names of the case that the published text may not have, with what they are.
    """

    case_id: str
    position: int
    decision_sequence: int
    product: str
    ground: Ground
    country: str
    decided_at: datetime.datetime
    content_at: datetime.datetime
    by_member: bool
    by_trusted_flagger: bool
    found_by_automation: bool
    automated_decision: Automation
    personal: Mapping[str, str] = dataclasses.field(default_factory=dict)


def unexplained_listings(
    session: Session, limit: int, case_id: str | None = None, *, by_country: bool = False
) -> list[DecidedListing]:
    """Give at most `limit` listings that a decision under the law of the EU restricts and that have no statement.

    Where a case is named, only its own. A listing that another case's decision restricted then already is not
    restricted by this one; where decisions apply `by_country`, that case is of the same country.
    """
    has_none = ~exists().where(
        StatementRow.case_id == CaseListingRow.case_id,
        StatementRow.position == CaseListingRow.position,
        StatementRow.decision_sequence == CaseMoveRow.sequence,
    )
    found = (
        _query(session)
        .where(has_none, ~_is_restricted_before(by_country=by_country))
        .order_by(CaseMoveRow.case_id, CaseListingRow.position)
        .limit(limit)
    )
    if case_id is not None:
        found = found.where(CaseRow.case_id == case_id)
    return list(_listings_of(session, found))


def listing_of(session: Session, row: StatementRow) -> DecidedListing | None:
    """Give the listing of a statement again, None where its case was deleted."""
    found = _query(session).where(
        CaseRow.case_id == row.case_id,
        CaseListingRow.position == row.position,
        CaseMoveRow.sequence == row.decision_sequence,
    )
    return next(_listings_of(session, found), None)


def _query(session: Session) -> _Query:
    return (
        select(CaseRow, CaseListingRow, CaseMoveRow, CheckRow.created_at, MemberRow.name, from_trusted_flagger(session))
        .join(CaseMoveRow, CaseMoveRow.case_id == CaseRow.case_id)
        .join(CaseListingRow, CaseListingRow.case_id == CaseRow.case_id)
        .outerjoin(CheckRow, CheckRow.check_id == CaseListingRow.check_id)
        .outerjoin(MemberRow, MemberRow.member_id == CaseRow.member_id)
        .where(
            CaseRow.jurisdiction == "EU",
            CaseMoveRow.to_state == "upheld",
            CaseMoveRow.from_state.in_(FIRST_DECISION_FROM),
        )
    )


def _is_restricted_before(*, by_country: bool) -> ColumnElement[bool]:
    """Match listings that an earlier decision restricted and none had put back when this one was made."""
    by_address = and_(CaseListingRow.listing_id.is_(None), _restricted_as("url", by_country=by_country))
    unnamed = and_(CaseListingRow.listing_id.is_(None), CaseListingRow.url.is_(None))
    return or_(
        _restricted_as("listing_id", by_country=by_country),
        by_address,
        and_(unnamed, _restricted_as("check_id", by_country=by_country)),
    )


def _restricted_as(name: str, *, by_country: bool) -> ColumnElement[bool]:
    other, listing, decision, back = (
        aliased(CaseRow),
        aliased(CaseListingRow),
        aliased(CaseMoveRow),
        aliased(CaseMoveRow),
    )
    is_earlier = or_(
        decision.at < CaseMoveRow.at, and_(decision.at == CaseMoveRow.at, decision.case_id < CaseMoveRow.case_id)
    )
    put_back = (
        select(back.case_id)
        .where(
            back.case_id == decision.case_id,
            back.sequence > decision.sequence,
            back.to_state == "reinstated",
            back.at <= CaseMoveRow.at,
        )
        .correlate(decision, CaseMoveRow)
    )  # by itself it would be with the select around it alone

    return exists().where(
        getattr(listing, name) == getattr(CaseListingRow, name),
        listing.case_id != CaseListingRow.case_id,
        other.case_id == listing.case_id,
        other.jurisdiction == "EU",
        other.country == CaseRow.country if by_country else true(),
        decision.case_id == listing.case_id,
        decision.to_state == "upheld",
        decision.from_state.in_(FIRST_DECISION_FROM),
        is_earlier,
        ~put_back.exists(),
    )


def _listings_of(session: Session, query: _Query) -> Iterator[DecidedListing]:
    for case, listing, move, checked_at, member_name, is_trusted in session.execute(query):
        automated: Automation = "partly" if listing.check_outcome is not None else "none"
        yield DecidedListing(
            case_id=case.case_id,
            position=listing.position,
            decision_sequence=move.sequence,
            product=case.product,
            ground=cast(Ground, case.ground),
            country=case.country,
            decided_at=move.at,
            content_at=min(checked_at or _time_of_check(listing) or case.created_at, case.created_at),
            by_member=case.member_id is not None,
            by_trusted_flagger=is_trusted,
            found_by_automation=is_found_by_automation(case.opened_by, [listing.check_outcome]),
            automated_decision="fully" if move.actor == "server" else automated,
            personal=_personal(listing, member_name),
        )


def _time_of_check(listing: CaseListingRow) -> datetime.datetime | None:
    """Give when a deleted check was made, which its id tells."""
    return None if listing.check_id is None else time_of(listing.check_id)


def _personal(listing: CaseListingRow, member_name: str | None) -> dict[str, str]:
    named = {
        listing.seller_id: "a seller's id",
        listing.listing_id: "a listing's id",
        listing.url: "a listing's address",
        member_name: "the notifier's name",
    }
    return {value: kind for value, kind in named.items() if value}
