"""What sellers sent to a case, as it is answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import SellerEvidence
from serving.store.tables import CaseEvidenceRow, CaseNoticeRow, CasePhotoRow


def find_evidence(session: Session, case_id: str, notices: Collection[str] | None = None) -> list[SellerEvidence]:
    """Give what sellers sent to a case, oldest first; with `notices` only what was sent against these."""
    query = select(CaseEvidenceRow).where(CaseEvidenceRow.case_id == case_id).order_by(CaseEvidenceRow.evidence_id)
    if notices is not None:
        query = query.where(CaseEvidenceRow.notice_id.in_(sorted(notices)))
    rows = session.scalars(query).all()
    named = select(CaseNoticeRow.notice_id, CaseNoticeRow.positions).where(CaseNoticeRow.case_id == case_id)
    positions = {row.notice_id: row.positions for row in session.execute(named)} if rows else {}
    photos = _photos_of(session, [row.evidence_id for row in rows])
    return [
        SellerEvidence(
            evidence_id=row.evidence_id,
            at=utc_text(row.at),
            text=row.text,
            photos=photos.count(row.evidence_id),
            positions=positions.get(row.notice_id),
        )
        for row in rows
    ]


def _photos_of(session: Session, evidence_ids: Sequence[str]) -> list[str]:
    return list(session.scalars(select(CasePhotoRow.evidence_id).where(CasePhotoRow.evidence_id.in_(evidence_ids))))
