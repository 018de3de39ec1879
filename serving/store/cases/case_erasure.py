"""Forgets a seller in cases: what is kept as proof of what was decided names nobody."""

from __future__ import annotations

import dataclasses

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
    24 and 42). Ids and addresses of the listings, statement, reasons, notices and evidence go: they may name the
    seller. So they do where a case is about other sellers as well, whose evidence can't be separated from this one's.
    """
    return await database.write(lambda session: _forget(session, seller_id))


def _forget(session: Session, seller_id: str) -> ForgottenCases:
    of_seller = select(CaseListingRow.case_id).where(CaseListingRow.seller_id == seller_id).distinct()
    case_ids = list(session.scalars(of_seller.limit(CASES_AT_ONCE)))
    photos = select(CasePhotoRow.sha256).join(CaseEvidenceRow, CaseEvidenceRow.evidence_id == CasePhotoRow.evidence_id)
    sha256s = list(session.scalars(photos.where(CaseEvidenceRow.case_id.in_(case_ids)).distinct()))
    session.execute(delete(CaseEvidenceRow).where(CaseEvidenceRow.case_id.in_(case_ids)))
    session.execute(
        update(CaseListingRow)
        .where(CaseListingRow.case_id.in_(case_ids), CaseListingRow.seller_id == seller_id)
        .values(seller_id=None, listing_id=None, url=None)
    )
    session.execute(update(CaseRow).where(CaseRow.case_id.in_(case_ids)).values(statement="", reason=""))
    session.execute(update(CaseMoveRow).where(CaseMoveRow.case_id.in_(case_ids)).values(reason=""))
    session.execute(update(CaseNoticeRow).where(CaseNoticeRow.case_id.in_(case_ids)).values(body={}, token_sha256=None))
    return ForgottenCases(cases=len(case_ids), photo_sha256s=sha256s)
