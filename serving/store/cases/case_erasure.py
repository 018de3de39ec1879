"""Forgets a seller in cases: what is kept as proof of what was decided names nobody."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from serving.store.database.database import Database
from serving.store.tables import (
    CaseEvidenceRow,
    CaseListingRow,
    CaseMoveRow,
    CaseNoticeRow,
    CasePhotoRow,
    CaseRow,
    ComplaintRow,
)

CASES_AT_ONCE = 100


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenCases:
    """How many cases a seller was forgotten in, and the SHA-256s of the photos that it had sent to them."""

    cases: int
    photo_sha256s: list[str]


async def forget_in_cases(database: Database, seller_id: str) -> ForgottenCases:
    """Take a seller out of some of its cases; gives 0 cases when none is left.

    The cases stay, with states, times and codes, because they prove what was decided when (Digital Services Act, Art.
    24 and 42). Ids and addresses of the seller's listings, its notices, evidence and complaints go. So do statement,
    reasons and the texts of all notices, which may name it; other sellers of the case keep their links, and what they
    sent.
    """
    return await database.write(lambda session: _forget(session, seller_id))


def _forget(session: Session, seller_id: str) -> ForgottenCases:
    of_this = CaseListingRow.seller_id == seller_id
    of_seller = select(CaseListingRow.case_id).where(of_this).distinct()
    case_ids = list(session.scalars(of_seller.limit(CASES_AT_ONCE)))
    notices = session.scalars(select(CaseNoticeRow).where(CaseNoticeRow.case_id.in_(case_ids))).all()
    places = select(CaseListingRow.case_id, CaseListingRow.position).where(of_this)
    own_places = {(case_id, position) for case_id, position in session.execute(places)}
    others = {one.notice_id for one in notices if _is_of_others(one, own_places)}
    evidence_ids = list(
        session.scalars(
            select(CaseEvidenceRow.evidence_id).where(
                CaseEvidenceRow.case_id.in_(case_ids), CaseEvidenceRow.notice_id.not_in(sorted(others))
            )
        )
    )
    photos = select(CasePhotoRow.sha256).where(CasePhotoRow.evidence_id.in_(evidence_ids))
    sha256s = list(session.scalars(photos.distinct()))
    session.execute(delete(CaseEvidenceRow).where(CaseEvidenceRow.evidence_id.in_(evidence_ids)))
    session.execute(
        update(CaseListingRow)
        .where(CaseListingRow.case_id.in_(case_ids), of_this)
        .values(seller_id=None, listing_id=None, url=None)
    )
    session.execute(update(CaseRow).where(CaseRow.case_id.in_(case_ids)).values(statement="", reason=""))
    session.execute(update(CaseMoveRow).where(CaseMoveRow.case_id.in_(case_ids)).values(reason=""))
    for notice in notices:
        notice.body = {key: value for key, value in notice.body.items() if key == "sequence"}
        if notice.notice_id not in others:
            notice.token_sha256 = None
    of_cases = update(ComplaintRow).where(ComplaintRow.case_id.in_(case_ids), ComplaintRow.side == "seller")
    session.execute(of_cases.where(ComplaintRow.notice_id.not_in(sorted(others))).values(text="", reason=""))
    return ForgottenCases(cases=len(case_ids), photo_sha256s=sha256s)


def _is_of_others(notice: CaseNoticeRow, own_places: Collection[tuple[str, int]]) -> bool:
    """Whether a notice went to another seller alone; those made before each seller had its own went to all."""
    if notice.recipient != "seller" or notice.positions is None:
        return False
    return not any((notice.case_id, position) in own_places for position in notice.positions)
