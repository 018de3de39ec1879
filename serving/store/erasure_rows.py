"""The rows of erasures in the store: what of a seller is there, and what was deleted, each in one transaction."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, literal, select, tuple_, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import NewEntry
from serving.errors import ErasureNotFound, SellerErased
from serving.principal import Principal
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.sortable_id import new_id
from serving.store.tables import (
    CheckRow,
    ErasureRow,
    JobLineContentRow,
    JobLinePhotoRow,
    JobLineRow,
    PhotoRow,
    ReviewRow,
)

LINES_AT_ONCE = 50  # one parked as it arrived may hold photos


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure as it stands; `seller_id` is None once it is completed."""

    erasure_id: str
    seller_id: str | None
    created_at: datetime.datetime
    completed_at: datetime.datetime | None
    checks: int
    photos: int
    reviews: int
    job_lines: int
    entry_sequence: int | None


class LinePlace(NamedTuple):
    """The place of a job's line."""

    job_id: str
    line: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DroppedLines:
    """Lines whose content was deleted: the SHA-256s of their photos, and the last line looked at, None after all."""

    last: LinePlace | None
    photo_sha256s: list[str]


class ErasureRows:
    """The rows of erasures; an erasure concerns the whole server, so only the operator's requests come here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, seller_id: str, entry: NewEntry, now: datetime.datetime) -> Erasure:
        """Record an erasure before anything is deleted, so that a server that is killed goes on with it."""
        erasure_id = new_id()

        def work(session: Session) -> Erasure:
            row = ErasureRow(
                erasure_id=erasure_id, seller_id=seller_id, created_at=now, checks=0, photos=0, reviews=0, job_lines=0
            )
            session.add(row)
            append_entry(session, dataclasses.replace(entry, object_id=erasure_id))
            return _erasure_of(row)

        return await self._database.write(work)

    async def find(self, principal: Principal, erasure_id: str) -> Erasure:
        """Give an erasure; raises ErasureNotFound."""

        def work(session: Session) -> Erasure:
            row = session.get(ErasureRow, erasure_id)
            if row is None or not principal.is_operator:
                raise ErasureNotFound(f"no erasure has the id {erasure_id!r}")
            return _erasure_of(row)

        return await self._database.read(work)

    async def find_open(self, begun_before: datetime.datetime) -> list[Erasure]:
        """Give the erasures begun before a moment that are not completed, oldest first."""

        def work(session: Session) -> list[Erasure]:
            query = select(ErasureRow).where(ErasureRow.completed_at.is_(None), ErasureRow.created_at < begun_before)
            return [_erasure_of(row) for row in session.scalars(query.order_by(ErasureRow.erasure_id))]

        return await self._database.read(work)

    async def find_checks(self, seller_id: str, limit: int) -> list[str]:
        """Give at most `limit` ids of checks of a seller."""

        def work(session: Session) -> list[str]:
            return list(session.scalars(select(CheckRow.check_id).where(CheckRow.seller_id == seller_id).limit(limit)))

        return await self._database.read(work)

    async def drop_lines(
        self, erasure_id: str, seller_id: str, now: datetime.datetime, after: LinePlace | None
    ) -> DroppedLines:
        """Delete the content of those of the next lines of jobs that name a seller.

        A line that waits or is being judged ends as parked, so that no check comes of it.
        """

        def work(session: Session) -> DroppedLines:
            place = tuple_(JobLineContentRow.job_id, JobLineContentRow.line)
            query = select(JobLineContentRow)
            if after is not None:
                query = query.where(place > tuple_(*map(literal, after)))
            rows = session.scalars(
                query.order_by(JobLineContentRow.job_id, JobLineContentRow.line).limit(LINES_AT_ONCE)
            ).all()
            named = [row for row in rows if _seller_of(row.content) == seller_id]
            sha256s: list[str] = []
            for row in named:
                of_line = JobLinePhotoRow.job_id == row.job_id, JobLinePhotoRow.line == row.line
                sha256s += session.scalars(select(JobLinePhotoRow.sha256).where(*of_line))
                _drop(session.get_one(JobLineRow, (row.job_id, row.line)), now)
                session.delete(row)
            _count(session, erasure_id, job_lines=len(named))
            last = LinePlace(rows[-1].job_id, rows[-1].line) if rows else None
            return DroppedLines(last=last, photo_sha256s=sha256s)

        return await self._database.write(work)

    async def finish(self, erasure_id: str, entry: NewEntry, now: datetime.datetime) -> tuple[Erasure, bool]:
        """Complete an erasure with its proof, and forget whose it was; gives whether nobody else had completed it."""

        def work(session: Session) -> tuple[Erasure, bool]:
            row = session.get_one(ErasureRow, erasure_id)
            is_first = row.completed_at is None
            if is_first:
                row.completed_at, row.seller_id = now, None
                counts = {name: getattr(row, name) for name in ("checks", "photos", "reviews", "job_lines")}
                row.entry_sequence = append_entry(session, entry.with_details(**counts)).sequence
            return _erasure_of(row), is_first

        finished = await self._database.write(work)
        await self._database.checkpoint()
        return finished


def count_deleted(session: Session, check_ids: Sequence[str], erasure_id: str) -> None:
    """Count checks that this transaction deletes with what belongs to them, and take their listings' ids from jobs."""
    of_checks = (
        select(func.count()).select_from(kind).where(kind.check_id.in_(check_ids)) for kind in (PhotoRow, ReviewRow)
    )
    photos, reviews = (session.scalar(query) or 0 for query in of_checks)
    lines = update(JobLineRow).where(JobLineRow.check_id.in_(check_ids), JobLineRow.listing_id.is_not(None))
    session.execute(lines.values(listing_id=None))
    _count(session, erasure_id, checks=len(check_ids), photos=photos, reviews=reviews)


def _count(session: Session, erasure_id: str, **added: int) -> None:
    row = session.get_one(ErasureRow, erasure_id)
    for name, number in added.items():
        setattr(row, name, getattr(row, name) + number)


def _seller_of(content: bytes) -> object:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    nested = found.get("listing")  # the fields of a listing stand beside the photos or together
    seller = found.get("seller_id") or (nested.get("seller_id") if isinstance(nested, dict) else None)
    return seller.strip() if isinstance(seller, str) else None


def _drop(row: JobLineRow, now: datetime.datetime) -> None:
    if row.state != "parked":
        row.state, row.ended_at, row.lease = "parked", now, None
    row.listing_id = None
    row.error_code = SellerErased.code
    row.error_message = (
        "the data of this seller was erased before the line was judged; send the listing again to judge it"
    )


def _erasure_of(row: ErasureRow) -> Erasure:
    return Erasure(**{field.name: getattr(row, field.name) for field in dataclasses.fields(Erasure)})
