"""Which server has an Idempotency-Key in hand, where several share a database: of two at once, one judges."""

from __future__ import annotations

import asyncio
import datetime
import logging
import uuid

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from serving.errors import IdempotencyInProgress, StoreUnavailable
from serving.principal import Principal
from serving.schemas.checks import Check
from serving.store.check_rows import Claim, find_answer
from serving.store.database.database import Database
from serving.store.tables import RunningKeyRow

EXPIRY = datetime.timedelta(seconds=20)  # after which the server that had the key is taken for dead
RENEWAL_S = 5.0
log = logging.getLogger("touchstone.serving")


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
                await self.renew(datetime.datetime.now(datetime.UTC))
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


def in_progress() -> IdempotencyInProgress:
    """Give the error for a key whose check is being judged."""
    return IdempotencyInProgress("the first request with this Idempotency-Key still runs; ask again in a moment")
