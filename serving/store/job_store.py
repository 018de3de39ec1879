"""Stores jobs with the photos that were sent in their lines: rows and bytes together, as those of checks."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

from serving.errors import RequestRefused, Unavailable
from serving.principal import Principal
from serving.schemas.jobs import Job, LineState
from serving.store.database.database import Database, to_end
from serving.store.idempotency_rows import Claim
from serving.store.job_line_rows import JobLineRows, LeasedLine
from serving.store.job_rows import JobRows, NewLine, ReceivedJob
from serving.store.photos.photo_store import PhotoStore

# A PostgreSQL has room for some thousand locks, of all its servers, and each photo in a hold has one.
HELD_AT_ONCE = 50
PUT_AT_ONCE = 4  # so that a check's photos wait for few others
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """A line that is to be judged: its JSON, and the photos whose bytes that lacks, by position."""

    content: bytes
    photos: dict[int, bytes]


class JobStore:
    """Jobs, their lines, and the lines' photos, which are in the photo store from their arrival on.

    A photo belongs to its line until the line is judged, when it belongs to the check, or until the line is cancelled
    or deleted. `remove_unused` removes those of some photos that nothing has any more; `note_orphans` tells that a
    failure may have left some.
    """

    def __init__(
        self,
        *,
        database: Database,
        photos: PhotoStore,
        remove_unused: Callable[[Sequence[str]], Awaitable[object]],
        note_orphans: Callable[[], None],
    ) -> None:
        self.rows = JobRows(database)
        self.line_rows = JobLineRows(database)
        self._database = database
        self._photos = photos
        self._remove_unused = remove_unused
        self._note_orphans = note_orphans

    async def add_lines(self, job_id: str, lines: Sequence[NewLine], now: datetime.datetime) -> None:
        """Add lines to a job that receives them; they and their photos are on the disk when this returns."""
        for some in _in_holds(lines):
            photos = [(photo.sha256, photo.data) for line in some for photo in line.photos]
            if photos:
                await to_end(self._add_lines(job_id, some, photos, now))
            else:
                await self.rows.add_lines(job_id, some, now)

    async def _add_lines(
        self, job_id: str, lines: Sequence[NewLine], photos: Sequence[tuple[str, bytes]], now: datetime.datetime
    ) -> None:
        async with self._database.hold([sha256 for sha256, _ in photos], shared=True) as held:
            try:
                for begin in range(0, len(photos), PUT_AT_ONCE):
                    await self._photos.put(photos[begin : begin + PUT_AT_ONCE])
                await self.rows.add_lines(job_id, lines, now, held)
            except BaseException:
                self._note_orphans()
                raise

    async def read_line(self, line: LeasedLine) -> ReadLine | None:
        """Give what was sent as a line, None where it is gone; raises PhotoNotFound or PhotoDamaged."""
        found = await self.line_rows.read_content(line)
        if found is None:
            return None
        photos = await asyncio.gather(*(self._photos.get(sha256) for sha256 in found.sha256s.values()))
        return ReadLine(content=found.content, photos=dict(zip(found.sha256s, photos, strict=True)))

    async def end_receiving(self, job_id: str, *, lines: int, size: int, claim: Claim | None) -> ReceivedJob:
        """Let the job run, or delete it where an earlier one has its Idempotency-Key, and give which one runs.

        Raises IdempotencyKeyReused, and leaves the job to be discarded.
        """
        received = await self.rows.end_receiving(job_id, lines=lines, size=size, claim=claim)
        if received.replayed:
            await self.discard(job_id)
        return received

    async def discard(self, job_id: str) -> None:
        """Delete a job whose lines did not all arrive."""
        async with self._dropping(job_id):
            await self.rows.discard(job_id)

    async def cancel(self, job_id: str, caller: Principal, now: datetime.datetime) -> Job:
        """Cancel what has not begun; raises as JobRows.cancel."""
        async with self._dropping(job_id, "waiting", "running"):  # one in hand may be given back before the commit
            return await self.rows.cancel(job_id, caller, now)

    async def complete_jobs(self, now: datetime.datetime) -> list[str]:
        """End the jobs that have no line left, and give their ids; a cancelled one drops lines that were given back."""
        async with contextlib.AsyncExitStack() as dropping:
            ended = await self.line_rows.ended_jobs()
            for job_id in ended:
                await dropping.enter_async_context(self._dropping(job_id, "waiting"))
            return await self.line_rows.complete_jobs(ended, now)

    async def delete(self, job_id: str, caller: Principal) -> None:
        """Delete a job with its lines; its checks stay. Raises as JobRows.delete."""
        async with self._dropping(job_id):
            await self.rows.delete(job_id, caller)

    async def delete_old(self, *, ended_before: datetime.datetime, receiving_before: datetime.datetime) -> int:
        """Delete jobs that ended before a moment, and those whose lines stopped arriving; gives how many."""
        deleted = 0
        for job_id in await self.rows.find_old(ended_before=ended_before, receiving_before=receiving_before):
            async with self._dropping(job_id):
                deleted += await self.rows.delete_old(
                    job_id, ended_before=ended_before, receiving_before=receiving_before
                )
        return deleted

    async def remove_photos(self, sha256s: Sequence[str]) -> None:
        """Remove photos of lines that are gone, as far as nothing else has them; raises StoreUnavailable."""
        try:
            for begin in range(0, len(sha256s), HELD_AT_ONCE):
                await self._remove_unused(sha256s[begin : begin + HELD_AT_ONCE])
        except BaseException:
            self._note_orphans()
            raise

    async def drop_photos(self, sha256s: Sequence[str]) -> None:
        """As `remove_photos`; what can't be removed now is left to the next cleanup."""
        try:
            await self.remove_photos(sha256s)
        except Unavailable as error:
            log.warning("photos of lines that are gone were not removed, which the next cleanup does: %s", error)

    @contextlib.asynccontextmanager
    async def _dropping(self, job_id: str, *states: LineState) -> AsyncIterator[None]:
        """Remove after this block the photos of lines that it drops; those of lines that stay are still used."""
        sha256s = await self.line_rows.photo_sha256s(job_id, states=states)
        try:
            yield
        except RequestRefused:
            raise
        except BaseException:  # it may be done all the same
            self._note_orphans()
            raise
        await self.drop_photos(sha256s)


def _in_holds(lines: Sequence[NewLine]) -> Iterator[list[NewLine]]:
    """Split lines so that each part has at most HELD_AT_ONCE photos, or is one line."""
    part: list[NewLine] = []
    photos = 0
    for line in lines:
        if part and photos + len(line.photos) > HELD_AT_ONCE:
            yield part
            part, photos = [], 0
        part.append(line)
        photos += len(line.photos)
    if part:
        yield part
