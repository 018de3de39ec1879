"""The seller's side of a case in the store: the notice behind a link, and what the seller sends against it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import CaseNoticeNotFound, PhotoNotFound, RequestInvalid
from serving.principal import SELLER, Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.case_notices import SellerComplaint, SellerNotice, SellerOutcome
from serving.store.audit_rows import append_entry
from serving.store.cases.case_evidence import find_evidence
from serving.store.cases.case_rows import as_stored, get_case
from serving.store.cases.case_values import CaseAddition, CaseChange, StoredCase
from serving.store.cases.case_writing import write_addition, write_change
from serving.store.database.database import Database
from serving.store.sortable_id import new_id
from serving.store.tables import CaseEvidenceRow, CaseNoticeRow, CasePhotoRow, CaseRow, ComplaintRow

MAY_ANSWER = ("forwarded", "counter_notice")
DecideAnswer = Callable[[StoredCase], CaseChange | CaseAddition]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePhoto:
    """A photo that a seller sent: its SHA-256, and its media type by its first bytes."""

    sha256: str
    media_type: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """What a seller sends; `fingerprint` is that of all of it, so that it is kept once when it is sent again."""

    text: str
    photos: tuple[EvidencePhoto, ...]
    fingerprint: str


class CaseNoticeRows:
    """Notices by their links. Who has a link sees this one notice, and nothing else of the case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_by_link(self, token_sha256: str, now: datetime.datetime) -> SellerNotice:
        """Give the notice behind a link, and note that it was opened; raises CaseNoticeNotFound."""

        def work(session: Session) -> SellerNotice:
            notice = get_notice(session, token_sha256, now)
            if notice.opened_at is None:
                notice.opened_at = now
            return _shown(session, notice)

        return await self._database.write(work)

    async def add_evidence(
        self, token_sha256: str, new: NewEvidence, decide: DecideAnswer, now: datetime.datetime
    ) -> SellerNotice:
        """Keep what a seller sends, with the move or the addition that `decide` makes of it.

        Raises CaseNoticeNotFound and what `decide` raises, also where the case can't be answered any more.
        """

        def work(session: Session) -> SellerNotice:
            notice = get_notice(session, token_sha256, now)
            earlier = select(CaseEvidenceRow.evidence_id).where(
                CaseEvidenceRow.notice_id == notice.notice_id, CaseEvidenceRow.fingerprint == new.fingerprint
            )
            if session.scalar(earlier) is not None:
                return _shown(session, notice)
            case = session.get_one(CaseRow, notice.case_id)
            decided = decide(as_stored(session, case))
            if isinstance(decided, CaseChange):
                write_change(session, SELLER, case, decided)
            else:
                write_addition(session, case, decided)
            _add_evidence(session, notice, new, decided.at)
            entry = new_entry(SELLER, "case.evidence_sent", "case", case.case_id, member_id=case.member_id)
            append_entry(session, entry.with_details(photos=len(new.photos)))
            session.flush()
            return _shown(session, notice)

        return await self._database.write(work)

    async def replace_link(
        self,
        principal: Principal,
        case_id: str,
        notice_id: str | None,
        token_sha256: str,
        expires_at: datetime.datetime,
    ) -> None:
        """Give a seller's notice another link, so that the one before leads nowhere.

        `notice_id` None is the only seller's. Raises CaseNotFound, CaseNoticeNotFound where there is none yet, and
        RequestInvalid where there are several.
        """

        def work(session: Session) -> None:
            case = get_case(session, principal, case_id)
            notice = _get_linked(session, case_id, notice_id)
            notice.token_sha256, notice.expires_at = token_sha256, expires_at
            append_entry(session, new_entry(principal, "case.link_made", "case", case_id, member_id=case.member_id))

        await self._database.write(work)

    async def find_photo(self, principal: Principal, case_id: str, evidence_id: str, index: int) -> str:
        """Give the SHA-256 of a photo that a seller sent; raises CaseNotFound or PhotoNotFound."""

        def work(session: Session) -> str:
            get_case(session, principal, case_id)
            row = session.get(CasePhotoRow, (evidence_id, index))
            evidence = session.get(CaseEvidenceRow, evidence_id)
            if row is None or evidence is None or evidence.case_id != case_id:
                raise PhotoNotFound("no photo of the seller's evidence is there; photos count from 0")
            return row.sha256

        return await self._database.read(work)


def get_notice(session: Session, token_sha256: str, now: datetime.datetime) -> CaseNoticeRow:
    """Give the notice behind a link; raises CaseNoticeNotFound."""
    notice = session.scalars(select(CaseNoticeRow).where(CaseNoticeRow.token_sha256 == token_sha256)).one_or_none()
    if notice is None or (notice.expires_at is not None and notice.expires_at <= now):
        raise CaseNoticeNotFound("this link leads to no notice; it has ended, was replaced, or was not copied whole")
    return notice


def _get_linked(session: Session, case_id: str, notice_id: str | None) -> CaseNoticeRow:
    linked = select(CaseNoticeRow).where(CaseNoticeRow.case_id == case_id, CaseNoticeRow.token_sha256.is_not(None))
    rows = session.scalars(linked.order_by(CaseNoticeRow.notice_id)).all()
    if not rows:
        raise CaseNoticeNotFound("the case was not forwarded yet, so its sellers have no notice; move it first")
    if notice_id is not None:
        for row in rows:
            if row.notice_id == notice_id:
                return row
        raise CaseNoticeNotFound(f"the case has no notice {notice_id[:80]!r} with a link; see its `notices`")
    if any(row.positions != rows[-1].positions for row in rows):
        message = "the case has several sellers; name the notice of one, from the case's `notices`"
        raise RequestInvalid(f"notice_id: {message}", [("notice_id", message)])
    return rows[-1]


def _add_evidence(session: Session, notice: CaseNoticeRow, new: NewEvidence, at: datetime.datetime) -> None:
    row = CaseEvidenceRow(
        evidence_id=new_id(),
        case_id=notice.case_id,
        notice_id=notice.notice_id,
        at=at,
        text=new.text,
        fingerprint=new.fingerprint,
    )
    session.add(row)
    session.flush()
    session.add_all(
        CasePhotoRow(evidence_id=row.evidence_id, position=position, sha256=photo.sha256, media_type=photo.media_type)
        for position, photo in enumerate(new.photos)
    )


def _shown(session: Session, notice: CaseNoticeRow) -> SellerNotice:
    case = session.get_one(CaseRow, notice.case_id)
    of_case = select(CaseNoticeRow.notice_id, CaseNoticeRow.positions).where(CaseNoticeRow.case_id == case.case_id)
    alike = [notice_id for notice_id, positions in session.execute(of_case) if positions == notice.positions]
    waiting = as_stored(session, case).waiting.get("complaint_window_over")
    return SellerNotice.model_validate(
        {
            "case_id": case.case_id,
            "product": case.product,
            "ground": case.ground,
            "country": case.country,
            "jurisdiction": case.jurisdiction,
            "state": case.state,
            "at": utc_text(notice.at),
            "subject": notice.body.get("subject", ""),
            "text": notice.body.get("text", ""),
            "can_answer": case.state in MAY_ANSWER,
            "answer_until": None if waiting is None or case.state != "forwarded" else utc_text(waiting),
            "sent": find_evidence(session, case.case_id, alike),
            "complaints": _complaints_by(session, alike),
            "outcomes": _outcomes_of(session, notice),
        }
    )


def _outcomes_of(session: Session, notice: CaseNoticeRow) -> list[SellerOutcome]:
    """Give what all sellers of a case were informed of after a notice; what was erased is left out."""
    later = select(CaseNoticeRow).where(
        CaseNoticeRow.case_id == notice.case_id,
        CaseNoticeRow.recipient == "seller",
        CaseNoticeRow.kind != "forwarded",
    )
    since = int(notice.body.get("sequence", 0))
    rows = [row for row in session.scalars(later) if int(row.body.get("sequence", 0)) > since and row.body.get("text")]
    return [
        SellerOutcome(at=utc_text(row.at), subject=str(row.body.get("subject", "")), text=str(row.body["text"]))
        for row in sorted(rows, key=lambda row: int(row.body["sequence"]))
    ]


def _complaints_by(session: Session, notice_ids: Sequence[str]) -> list[SellerComplaint]:
    query = select(ComplaintRow).where(ComplaintRow.notice_id.in_(notice_ids)).order_by(ComplaintRow.complaint_id)
    return [
        SellerComplaint.model_validate(
            {
                "complaint_id": row.complaint_id,
                "created_at": utc_text(row.created_at),
                "text": row.text,
                "state": row.state,
                "decided_at": None if row.decided_at is None else utc_text(row.decided_at),
                "reason": row.reason,
            }
        )
        for row in session.scalars(query)
    ]
