"""The rows of checks in the store: added, found and deleted, each in one transaction."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, cast

from sqlalchemy import Table, delete, insert, literal, select, tuple_
from sqlalchemy.orm import Session

from serving.errors import CheckNotFound, CheckOfOthers
from serving.principal import Principal
from serving.schemas.check_lists import CheckCounts, CheckSort
from serving.schemas.checks import Check, CheckRecord, Review, utc_text
from serving.store.database.database import Database, Held, Rows
from serving.store.events.event_data import EVENT_PREFIX
from serving.store.idempotency_rows import Claim, claim_rows, find_answer
from serving.store.job_line_rows import LeasedLine, judged_line
from serving.store.lists.check_counts import count_checks
from serving.store.lists.check_list import CheckFilter, Place, list_page, visible_to
from serving.store.photos.photo_uses import find_used
from serving.store.retention import Rule
from serving.store.sellers.changes import forget, traces_of
from serving.store.tables import CheckRow, EventRow, IdempotencyRow, PhotoRow, ReviewRow

_INSERT_CHECK = insert(cast(Table, CheckRow.__table__))
_INSERT_PHOTO = insert(cast(Table, PhotoRow.__table__))
_INSERT_EVENT = insert(cast(Table, EventRow.__table__))


RecordDeletion = Callable[[Session, Sequence[str]], object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewPhoto:
    """A photo of a check that is being stored; `evidence` is packed (evidence_codec), `source_url` as it was sent."""

    sha256: str
    kept: bool
    evidence: bytes | None
    source_url: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewCheck:
    """A check that is being stored; `line` is the line of a job that it is the check of.

    `member_id` is the member that sent it, None: the operator.
    """

    answer: Check
    member_id: str | None
    created_at: datetime.datetime
    seller_id: str | None
    views: tuple[str | None, ...] | None
    attributes: dict[str, object]
    photos: tuple[NewPhoto, ...]
    claim: Claim | None
    line: LeasedLine | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """A page of checks; `next_place` is the place of the last one, None where no check follows."""

    checks: list[CheckRecord]
    next_place: Place | None


class Expired(NamedTuple):
    """A check that is to be deleted, by its place in time."""

    created_at: datetime.datetime
    check_id: str


class CheckRows:
    """The rows of checks, their photos and Idempotency-Keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewCheck, held: Held | None = None) -> Awaitable[None]:
        """Add a check with its photos, its event and its Idempotency-Key in one transaction, that of a hold.

        It ends the check's line of a job as well; raises StoreUnavailable where that is no longer this server's.
        """
        rows: list[Rows] = [(_INSERT_CHECK, _check_values(new)), (_INSERT_EVENT, _event_values(new.answer))]
        if new.photos:
            rows.append((_INSERT_PHOTO, _photo_values(new)))
        if new.claim is not None:
            rows += claim_rows(new.claim, new.answer.check_id, new.created_at, is_shared=self._database.is_shared)
        if new.line is not None:
            rows += judged_line(new.line, new.answer)
        return (held or self._database).write_rows(rows)

    async def find(self, principal: Principal, check_id: str) -> CheckRecord:
        """Give a check as answered, with its reviews; raises CheckNotFound."""

        def work(session: Session) -> CheckRecord:
            return _record_of(get_check(session, principal, check_id))

        return await self._database.read(work)

    async def find_page(
        self,
        principal: Principal,
        wanted: CheckFilter,
        limit: int,
        *,
        sort: CheckSort = "newest",
        after: Place | None = None,
    ) -> RecordPage:
        """Give at most `limit` checks that match and follow a place, in order."""

        def work(session: Session) -> RecordPage:
            page = list_page(session, principal, wanted, sort, after, limit)
            return RecordPage(checks=[_record_of(row) for row in page.rows], next_place=page.next_place)

        return await self._database.read(work)

    async def count(self, principal: Principal, wanted: CheckFilter) -> CheckCounts:
        """Count the checks that match, in all and by the values of each filter."""
        return await self._database.read(functools.partial(count_checks, principal=principal, wanted=wanted))

    async def find_photo(self, principal: Principal, check_id: str, index: int) -> NewPhoto | None:
        """Give the row of one photo, None when the check has none at that index; raises CheckNotFound."""

        def work(session: Session) -> NewPhoto | None:
            get_check(session, principal, check_id)
            row = session.get(PhotoRow, (check_id, index))
            if row is None:
                return None
            return NewPhoto(sha256=row.sha256, kept=row.kept, evidence=row.evidence, source_url=row.source_url)

        return await self._database.read(work)

    def find_answer(self, principal: Principal, claim: Claim, now: datetime.datetime) -> Awaitable[Check | None]:
        """Give the answer of an Idempotency-Key, None when it is new or older than 24 hours.

        Raises IdempotencyKeyReused.
        """
        return self._database.read(lambda session: find_answer(session, principal, claim, now))

    async def photo_sha256s(self, principal: Principal, check_ids: Sequence[str]) -> set[str]:
        """Give the SHA-256s of the photos of these checks, as far as the caller sees them."""

        def work(session: Session) -> set[str]:
            of_checks = select(PhotoRow.sha256).join(CheckRow, CheckRow.check_id == PhotoRow.check_id)
            return set(session.scalars(of_checks.where(CheckRow.check_id.in_(check_ids), visible_to(principal))))

        return await self._database.read(work)

    async def delete(self, principal: Principal, check_ids: Sequence[str], record: RecordDeletion) -> int:
        """Delete those checks that the caller sees, with all their rows; gives how many were deleted.

        `record` is called with their ids, in the same transaction and before they are gone, unless there are none.
        """

        def work(session: Session) -> int:
            visible = select(CheckRow.check_id).where(CheckRow.check_id.in_(check_ids), visible_to(principal))
            found = session.scalars(visible).all()
            traces = traces_of(session, found)
            if found:
                record(session, found)
            session.execute(delete(CheckRow).where(CheckRow.check_id.in_(found)))
            forget(session, traces)
            return len(found)

        deleted = await self._database.write(work)
        await self._database.checkpoint()
        return deleted

    async def unused(self, sha256s: Sequence[str], held: Held | None = None) -> list[str]:
        """Give those of the photos' SHA-256s that nothing has, read in the transaction of their hold."""

        def work(session: Session) -> list[str]:
            return sorted(set(sha256s) - find_used(session, sha256s))

        return await (held or self._database).read(work)

    async def find_expired(
        self, rule: Rule, now: datetime.datetime, limit: int, after: Expired | None = None
    ) -> list[Expired]:
        """Give at most `limit` checks that a rule deletes, oldest first, and behind `after` in that order."""

        def work(session: Session) -> list[Expired]:
            query = select(CheckRow.created_at, CheckRow.check_id).where(*rule.conditions(now))
            if after is not None:
                query = query.where(tuple_(CheckRow.created_at, CheckRow.check_id) > tuple_(*map(literal, after)))
            ordered = query.order_by(CheckRow.created_at, CheckRow.check_id).limit(limit)
            return [Expired(*found) for found in session.execute(ordered)]

        return await self._database.read(work)

    async def delete_keys_before(self, moment: datetime.datetime) -> None:
        """Delete Idempotency-Keys first used before a moment."""

        def work(session: Session) -> None:
            session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < moment))

        await self._database.write(work)

    async def ping(self) -> None:
        """Raise StoreUnavailable unless the database answers."""
        await self._database.ping()


def get_check(session: Session, principal: Principal, check_id: str) -> CheckRow:
    """Give the row of a check; raises CheckNotFound, also for one that the caller may not see."""
    row = session.get(CheckRow, check_id)
    if row is None or not principal.sees(row.product):
        raise CheckNotFound(f"no check has the id {check_id!r}; it was never made here, or it was deleted")
    return row


def require_sender(session: Session, principal: Principal, check_id: str) -> None:
    """Raise CheckOfOthers for a member whose keys did not send a check, and CheckNotFound as `get_check`."""
    if not principal.is_operator and get_check(session, principal, check_id).member_id != principal.member_id:
        raise CheckOfOthers(
            f"check {check_id} was not sent by your keys, and a member deletes its own checks alone; ask the operator"
        )


def review_of(row: ReviewRow) -> Review:
    """Give a review as it is answered."""
    return Review.model_validate(
        {
            "review_id": row.review_id,
            "decision": row.decision,
            "note": row.note,
            "created_at": utc_text(row.created_at),
            "withdrawn_at": None if row.withdrawn_at is None else utc_text(row.withdrawn_at),
        }
    )


def _check_values(new: NewCheck) -> dict[str, object]:
    answer = new.answer
    return {
        "check_id": answer.check_id,
        "created_at": new.created_at,
        "member_id": new.member_id,
        "listing_id": answer.listing_id,
        "seller_id": new.seller_id,
        "product": answer.product,
        "outcome": answer.outcome,
        "authenticity": answer.authenticity,
        "uncertainty": _uncertainty_of(answer),
        "bundle_sha256": answer.bundle.sha256,
        "views": None if new.views is None else list(new.views),
        "attributes": new.attributes,
        "answer": answer.model_dump_json(),
    }


def _uncertainty_of(answer: Check) -> float | None:
    """How near a probability is to 0.5: 1 there and 0 at both ends; None where there is no probability."""
    if answer.authenticity is None or answer.authenticity_kind != "calibrated":
        return None
    return 1 - 2 * abs(answer.authenticity - 0.5)


def _photo_values(new: NewCheck) -> list[dict[str, object]]:
    return [
        {
            "check_id": new.answer.check_id,
            "position": position,
            "sha256": photo.sha256,
            "kept": photo.kept,
            "evidence": photo.evidence,
            "source_url": photo.source_url,
        }
        for position, photo in enumerate(new.photos)
    ]


def _event_values(answer: Check) -> dict[str, object]:
    """What the event lacks is read from the check when the event is read, so that adding it costs next to nothing."""
    return {
        "event_id": EVENT_PREFIX + answer.check_id,
        "type": "check.completed",
        "product": answer.product,
        "check_id": answer.check_id,
    }


def _record_of(row: CheckRow) -> CheckRecord:
    return CheckRecord(
        **json.loads(row.answer),
        seller_id=row.seller_id,
        views=row.views,
        attributes=row.attributes,
        reviews=[review_of(review) for review in row.reviews if review.withdrawn_at is None],
        withdrawn_reviews=[review_of(review) for review in row.reviews if review.withdrawn_at is not None],
    )
