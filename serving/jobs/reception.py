"""Receives a job: lines are read and written as they arrive, a few at a time, so that no size fills the memory."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from types import TracebackType

from serving.checks.request import CheckRequest
from serving.clock import utc_now
from serving.errors import JobEmpty, JobTooLong, RequestTooLarge
from serving.jobs.config import JobSettings
from serving.jobs.faults import fault_of
from serving.jobs.lines import SentLine, Splitter
from serving.store.idempotency_rows import Claim
from serving.store.job_rows import LinePhoto, NewJob, NewLine, ReceivedJob
from serving.store.job_store import JobStore, ReadLine
from vision.check_shape import require_shape
from vision.errors import TouchstoneError

LINES_A_WRITE = 200
BYTES_A_WRITE = 2**20
ReadCheck = Callable[[bytes], CheckRequest]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LineReader:
    """Reads a line by the rules of a check's JSON; `max_photos` is the limit of a check."""

    read_check: ReadCheck
    max_photos: int

    def read(self, content: bytes) -> CheckRequest:
        """Give what a line asks for; raises what a check with this body would."""
        request = self.read_check(content)
        require_shape(len(request.photos), request.views, max_photos=self.max_photos)
        return request

    def examine(self, line: SentLine) -> NewLine:
        """Give a line as it is stored, with its fault where it can't be judged as it is."""
        if line.fault is not None or line.content is None:
            listing_id = None if line.content is None else _listing_id_in(line.content)
            return NewLine(number=line.number, content=line.content, listing_id=listing_id, fault=line.fault)
        try:
            request = self.read(line.content)
        except TouchstoneError as error:
            found = _listing_id_in(line.content)
            return NewLine(number=line.number, content=line.content, listing_id=found, fault=fault_of(error))
        photos = tuple(
            LinePhoto(position=position, sha256=hashlib.sha256(data).hexdigest(), data=data)
            for position, data in enumerate(request.photos)
            if data
        )
        content = line.content
        if photos:
            content = line_of(dataclasses.replace(request, photos=(b"",) * len(request.photos)))
        return NewLine(number=line.number, content=content, listing_id=request.listing_id, fault=None, photos=photos)

    def restore(self, stored: ReadLine) -> CheckRequest:
        """Give what a stored line asks for, with its photos; raises as `read`."""
        request = self.read(stored.content)
        photos = tuple(stored.photos.get(position, data) for position, data in enumerate(request.photos))
        return dataclasses.replace(request, photos=photos)


class Reception:
    """One job while its lines arrive. As a context it deletes the job where the block fails or the caller leaves."""

    def __init__(
        self, *, new: NewJob, store: JobStore, reader: LineReader, splitter: Splitter, settings: JobSettings
    ) -> None:
        self._new = new
        self._store = store
        self._reader = reader
        self._splitter = splitter
        self._settings = settings
        self._content = hashlib.sha256()
        self._size = 0
        self._lines = 0
        self._waiting: list[SentLine] = []
        self._waiting_bytes = 0
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Reception:
        await self._store.rows.begin(self._new, max_unfinished=self._settings.max_unfinished)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:  # a kill leaves the job as it is, and JobStore.delete_old deletes it later
            await asyncio.shield(self._discard())

    async def _discard(self) -> None:
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._store.discard(self._new.job_id)

    async def take(self, piece: bytes) -> None:
        """Take a piece of the body; raises RequestTooLarge, JobTooLong or what the splitter raises."""
        self._size += len(piece)
        self.refuse_larger(self._size)
        self._content.update(piece)
        await self._take_lines(self._splitter.feed(piece))

    def refuse_larger(self, size: int) -> None:
        """Raise RequestTooLarge where a job may not have so many bytes."""
        if size > self._settings.max_bytes:
            raise RequestTooLarge(
                f"the job has more than {self._settings.max_bytes} bytes (jobs.max_bytes); send several jobs"
            )

    async def end(self, key_sha256: str | None, fingerprint: str | None = None) -> ReceivedJob:
        """Let the job run, once per Idempotency-Key; raises JobEmpty, JobTooLong or IdempotencyKeyReused.

        `fingerprint` is that of the content, None for the SHA-256 of the body.
        """
        await self._take_lines(self._splitter.finish())
        await self._write()
        await self._written()
        if self._lines == 0:
            raise JobEmpty("no line holds a listing; send one as JSON in each line, or a manifest with rows")
        claim = None
        if key_sha256 is not None:
            claim = Claim(key_sha256=key_sha256, fingerprint=fingerprint or self._content.hexdigest())
        return await self._store.end_receiving(self._new.job_id, lines=self._lines, size=self._size, claim=claim)

    async def _take_lines(self, lines: Sequence[SentLine]) -> None:
        for line in lines:
            self._lines += 1
            if self._lines > self._settings.max_lines:
                raise JobTooLong(
                    f"the job has more than {self._settings.max_lines} listings (jobs.max_lines); send several jobs"
                )
            self._waiting.append(line)
            self._waiting_bytes += len(line.content or b"")
            if len(self._waiting) >= LINES_A_WRITE or self._waiting_bytes >= BYTES_A_WRITE:
                await self._write()

    async def _write(self) -> None:
        if not self._waiting:
            return
        await self._written()  # one write at a time, while the next lines arrive: so no more than two are in memory
        lines, self._waiting, self._waiting_bytes = self._waiting, [], 0
        self._writing = asyncio.create_task(self._add(lines))

    async def _written(self) -> None:
        if self._writing is not None:
            await self._writing
            self._writing = None

    async def _add(self, lines: Sequence[SentLine]) -> None:
        examined = await asyncio.to_thread(lambda: [self._reader.examine(line) for line in lines])
        await self._store.add_lines(self._new.job_id, examined, utc_now())


def line_of(sent: CheckRequest) -> bytes:
    """Give a check as a line of JSON, the same for the same content however it was sent."""
    urls = sent.urls or [None] * len(sent.photos)
    check = {
        "photos": [
            {"base64": base64.b64encode(photo).decode()} if url is None else {"url": url}
            for photo, url in zip(sent.photos, urls, strict=True)
        ],
        "listing_id": sent.listing_id,
        "seller_id": sent.seller_id,
        "product": sent.product,
        "views": None if sent.views is None else list(sent.views),
        "attributes": sent.attributes,
    }
    return json.dumps(check, sort_keys=True).encode()


def _listing_id_in(content: bytes) -> str | None:
    """Give the listing's id of a line that is refused, where it can be read at all, so that its sender finds it."""
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        return None
    for place in (sent, sent.get("listing") if isinstance(sent, dict) else None):
        found = place.get("listing_id") if isinstance(place, dict) else None
        if isinstance(found, str) and found.strip() and found.isprintable() and len(found) <= 200:
            return found.strip()
    return None
