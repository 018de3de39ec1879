"""What an Idempotency-Key was answered, and which server has it in hand: of two requests with one key, one judges."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import logging
import uuid
from typing import cast

from sqlalchemy import String, Table, bindparam, delete, insert, null, select, union_all, update
from sqlalchemy.orm import Session

from serving.clock import utc_now
from serving.errors import (
    CheckNotFound,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    LineCancelled,
    LineParked,
    StoreUnavailable,
)
from serving.principal import Principal
from serving.schemas.checks import Check
from serving.store.database.database import Database, Rows
from serving.store.tables import CheckRow, IdempotencyRow, JobLineRow, JobRow, RunningKeyRow

IDEMPOTENCY_HOURS = 24
EXPIRY = datetime.timedelta(seconds=20)  # after which the server that had the key is taken for dead
RENEWAL_S = 5.0
log = logging.getLogger("touchstone.serving")
_KEYS = cast(Table, IdempotencyRow.__table__)
_RUNNING = cast(Table, RunningKeyRow.__table__)
_KEY = bindparam("key", type_=String(64))
# What a key belongs to: a check, or one that was sent to be judged later, as the one line of a job. One statement,
# since each check with a key runs it.
_OF_KEY = union_all(
    select(
        _KEYS.c.fingerprint,
        _KEYS.c.created_at,
        CheckRow.answer,
        CheckRow.product,
        null().label("job_id"),
        null().label("state"),
        null().label("error_code"),
        null().label("error_message"),
    )
    .join(CheckRow, CheckRow.check_id == _KEYS.c.check_id)
    .where(_KEYS.c.key_hash == _KEY),
    select(
        JobRow.fingerprint,
        JobRow.created_at,
        CheckRow.answer,
        CheckRow.product,
        JobRow.job_id,
        JobLineRow.state,
        JobLineRow.error_code,
        JobLineRow.error_message,
    )
    .join(JobLineRow, JobLineRow.job_id == JobRow.job_id)
    .outerjoin(CheckRow, CheckRow.check_id == JobLineRow.check_id)
    .where(JobRow.key_hash == _KEY, JobRow.kind == "check", JobRow.state != "receiving"),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An Idempotency-Key in use: the SHA-256 of caller and key, and that of the request's content."""

    key_sha256: str
    fingerprint: str

    def require_same(self, fingerprint: str | None) -> None:
        """Refuse a key that was sent before with content of another fingerprint; raises IdempotencyKeyReused."""
        if fingerprint != self.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key was sent before with other content; send a new key")


class RunningKeyRows:
    """The keys in hand of all servers; one object of it is one holder, which says every RENEWAL_S that it lives.

    A key is taken in one transaction with the search for its answer, and the check that answers it gives the key back
    in its own: so no server finds neither. Where a server outlives its own expiry, the unique key of the answers
    refuses the second check.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = str(uuid.uuid4())
        self._in_hand: set[str] = set()

    async def take(self, principal: Principal, claim: Claim, now: datetime.datetime) -> Check | None:
        """Give what a key was answered before; otherwise take it.

        Raises IdempotencyInProgress where another server has it, IdempotencyKeyReused where it has other content.
        """

        def work(session: Session) -> Check | None:
            answer = find_answer(session, principal, claim, now)
            if answer is not None:
                return answer
            row = session.get(RunningKeyRow, claim.key_sha256)
            if row is not None and row.expires_at > now:
                claim.require_same(row.fingerprint)
                raise in_progress()
            session.merge(
                RunningKeyRow(
                    key_hash=claim.key_sha256,
                    fingerprint=claim.fingerprint,
                    holder=self._holder,
                    expires_at=now + EXPIRY,
                )
            )
            return None

        answer = await self._database.write(work)
        if answer is None:
            self._in_hand.add(claim.key_sha256)
        return answer

    def end(self, claim: Claim) -> None:
        """Hold a key no longer: its check was stored, or came to nothing."""
        self._in_hand.discard(claim.key_sha256)

    async def renew(self, now: datetime.datetime) -> None:
        """Put off the expiry of the keys in hand."""
        if self._in_hand:
            row = RunningKeyRow
            own = update(row).where(row.key_hash.in_(self._in_hand), row.holder == self._holder)
            await self._database.write_rows([(own.values(expires_at=now + EXPIRY), {})])

    async def renew_periodically(self, *, period_s: float = RENEWAL_S) -> None:
        """Renew until cancelled, so that only the keys of a server that died expire."""
        while True:
            await asyncio.sleep(period_s)
            try:
                await self.renew(utc_now())
            except StoreUnavailable as error:
                log.warning("Idempotency-Keys in hand could not be renewed, which is tried again: %s", error)

    async def give_back(self, claim: Claim) -> None:
        """Leave a key to whoever asks next, since its check came to nothing."""
        row = RunningKeyRow
        own = delete(row).where(row.key_hash == claim.key_sha256, row.holder == self._holder)
        await self._database.write_rows([(own, {})])

    async def delete_expired(self, now: datetime.datetime) -> None:
        """Delete the keys of servers that died."""
        await self._database.write_rows([(delete(RunningKeyRow).where(RunningKeyRow.expires_at < now), {})])


def find_answer(session: Session, principal: Principal, claim: Claim, now: datetime.datetime) -> Check | None:
    """Give the check that a key was answered with, at once or later; None for a new key, and 24 hours after its check.

    Raises IdempotencyKeyReused; IdempotencyInProgress where its check is still to be judged, and LineParked or
    LineCancelled where that came to nothing.
    """
    found = session.execute(_OF_KEY, {"key": claim.key_sha256}).all()
    oldest = now - datetime.timedelta(hours=IDEMPOTENCY_HOURS)
    for row in sorted(found, key=lambda one: one.job_id is not None):
        if row.job_id is None and row.created_at < oldest:
            continue
        claim.require_same(row.fingerprint)
        if row.answer is not None:
            if not principal.sees(row.product):
                raise CheckNotFound("the check that this Idempotency-Key belongs to is of a product that is not yours")
            return Check.model_validate_json(row.answer)
        if row.state in ("waiting", "running"):
            raise IdempotencyInProgress(
                f"the check with this Idempotency-Key is judged later; ask GET /v1/jobs/{row.job_id}/lines/1 for it"
            )
        if row.state == "cancelled":
            raise LineCancelled(f"the check with this Idempotency-Key was cancelled (job {row.job_id}); send a new key")
        if row.state == "parked":
            raise LineParked(
                f"the check with this Idempotency-Key could not be judged ({row.error_code}: {row.error_message}); "
                f"replay job {row.job_id}, or send a new key"
            )
    return None  # a check that was deleted since is forgotten, and may be made again


def claim_rows(claim: Claim, check_id: str, created_at: datetime.datetime, *, is_shared: bool) -> list[Rows]:
    """Give the key to a check; after 24 hours it may have belonged to another one.

    Where another server took this one for dead, it may belong to another one sooner, and this check is refused. The key
    in hand goes with the same transaction, so that other servers find it or its answer.
    """
    old = delete(_KEYS).where(_KEYS.c.key_hash == claim.key_sha256)
    running: tuple[Rows, ...] = ()
    if is_shared:
        old = old.where(_KEYS.c.created_at < created_at - datetime.timedelta(hours=IDEMPOTENCY_HOURS))
        running = ((delete(_RUNNING).where(_RUNNING.c.key_hash == claim.key_sha256), {}),)
    values = {
        "key_hash": claim.key_sha256,
        "fingerprint": claim.fingerprint,
        "check_id": check_id,
        "created_at": created_at,
    }
    return [(old, {}), (insert(_KEYS), values), *running]


def in_progress() -> IdempotencyInProgress:
    """Give the error for a key whose check is being judged."""
    return IdempotencyInProgress("the first request with this Idempotency-Key still runs; ask again in a moment")
