"""The rows of reviews in the store: added once per Idempotency-Key, and withdrawn."""

from __future__ import annotations

import dataclasses
import datetime

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import ReviewNotFound
from serving.principal import Principal
from serving.schemas.checks import Decision, Review
from serving.schemas.events import EventType
from serving.store.audit_rows import append_entry
from serving.store.check_rows import get_check, review_of
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.idempotency_rows import Claim
from serving.store.tables import CheckRow, ReviewRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordedReview:
    """A review as recorded; `replayed` where an earlier request with the same Idempotency-Key recorded it."""

    review: Review
    replayed: bool


class ReviewRows:
    """The rows of reviews. Writes run one after another, so of two requests with one key the second finds the first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        principal: Principal,
        check_id: str,
        decision: Decision,
        note: str,
        now: datetime.datetime,
        claim: Claim | None = None,
    ) -> RecordedReview:
        """Add a reviewer's decision; raises CheckNotFound, or IdempotencyKeyReused."""
        entry = new_entry(principal, "review.recorded", "check", check_id)

        def work(session: Session) -> RecordedReview:
            check = get_check(session, principal, check_id)
            if claim is not None:
                earlier = _with_key(session, claim.key_sha256)
                if earlier is not None:
                    claim.require_same(earlier.fingerprint)
                    return RecordedReview(review=_as_recorded(earlier), replayed=True)
            row = ReviewRow(check_id=check_id, decision=decision, note=note, created_at=now)
            if claim is not None:
                row.key_hash, row.fingerprint = claim.key_sha256, claim.fingerprint
            session.add(row)
            _count_latest(session, check)
            add_event(session, _event_of("review.decided", row, check.product))
            append_entry(session, entry.with_details(**_details_of(row, check)))
            return RecordedReview(review=_as_recorded(row), replayed=False)

        return await self._database.write(work)

    async def withdraw(
        self,
        principal: Principal,
        check_id: str,
        now: datetime.datetime,
        *,
        review_id: int | None = None,
        key_sha256: str | None = None,
    ) -> Review:
        """Withdraw the review with this id, or the one that was added with this key; again changes nothing.

        Raises CheckNotFound or ReviewNotFound.
        """
        entry = new_entry(principal, "review.withdrawn", "check", check_id)

        def work(session: Session) -> Review:
            check = get_check(session, principal, check_id)
            row = session.get(ReviewRow, review_id) if key_sha256 is None else _with_key(session, key_sha256)
            if row is None or row.check_id != check_id:
                named = f"the id {review_id}" if key_sha256 is None else "this Idempotency-Key"
                raise ReviewNotFound(f"check {check_id} has no review with {named}; nothing was withdrawn")
            if row.withdrawn_at is None:
                row.withdrawn_at = now
                _count_latest(session, check)
                add_event(session, _event_of("review.withdrawn", row, check.product))
                append_entry(session, entry.with_details(**_details_of(row, check)))
            return review_of(row)

        return await self._database.write(work)


def _count_latest(session: Session, check: CheckRow) -> None:
    """Give the check the decision of its latest review in force, by which lists are filtered."""
    session.flush()
    in_force = select(ReviewRow.decision).where(ReviewRow.check_id == check.check_id, ReviewRow.withdrawn_at.is_(None))
    check.decision = session.scalars(in_force.order_by(ReviewRow.review_id.desc()).limit(1)).one_or_none()


def _event_of(kind: EventType, row: ReviewRow, product: str) -> NewEvent:
    """Give the event of a review that has its id: `_count_latest` flushes it."""
    data = {"review_id": row.review_id, "decision": row.decision}
    return NewEvent(type=kind, product=product, check_id=row.check_id, data=data)


def _details_of(row: ReviewRow, check: CheckRow) -> dict[str, JsonValue]:
    """Give what the audit log has of a review: not its note, in which anything may stand."""
    return {"review_id": row.review_id, "decision": row.decision, "product": check.product}


def _with_key(session: Session, key_sha256: str) -> ReviewRow | None:
    return session.scalars(select(ReviewRow).where(ReviewRow.key_hash == key_sha256)).one_or_none()


def _as_recorded(row: ReviewRow) -> Review:
    """Give a review as it was first answered, even where it was withdrawn since."""
    return review_of(row).model_copy(update={"withdrawn_at": None})
