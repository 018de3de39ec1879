"""The client's calls about jobs: send many listings, follow them, read their results as they come."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import httpx
from pydantic import ValidationError

from serving.client.calls import Call, part, query
from serving.client.checks import Photo, check_call, listing_fields, photo_sent, photos_json
from serving.client.errors import UnreadableAnswer
from serving.client.steps import Block, Item, Items, Iteration, Method, Pause, Sender, Steps, parsed
from serving.schemas.checks import Check
from serving.schemas.jobs import Job, JobPage, JobResult

CHUNK_BYTES = 64 * 1024
RESULTS_AT_ONCE = 200
MEDIA_TYPES = {".csv": "text/csv"}
JSON_LINES = "application/jsonl"
ACCEPTED = 202
LINE_EVERY_S = 0.5


class JobCalls(Sender):
    """The calls about jobs. Raises ClientError."""

    @Method
    def submit_job(
        self, listings: Iterable[Mapping[str, Any]], *, name: str | None = None, idempotency_key: str | None = None
    ) -> Steps[Job]:
        """Send listings to be judged later, each a mapping with the fields of a check.

        `photos` holds bytes, paths and http(s) addresses. Listings are taken one by one and written to a temporary
        file, so that memory stays flat, and sent from there. With an Idempotency-Key of your own the same listings are
        one job also after a restart of your program.
        """
        with tempfile.TemporaryFile() as file:
            yield Block(lambda: write_lines(listings, file))
            return (yield from self._submit(file, JSON_LINES, name, idempotency_key))

    @Method
    def submit_job_file(
        self, path: str | Path, *, name: str | None = None, idempotency_key: str | None = None
    ) -> Steps[Job]:
        """Send a file of JSON lines, or a manifest (`.csv`) whose photos are http(s) addresses; raises OSError."""
        with Path(path).open("rb") as file:
            media_type = MEDIA_TYPES.get(Path(path).suffix.lower(), JSON_LINES)
            return (yield from self._submit(file, media_type, name, idempotency_key))

    @Method
    def check_later(
        self,
        photos: Sequence[Photo],
        *,
        listing_id: str | None = None,
        seller_id: str | None = None,
        product: str | None = None,
        views: Sequence[str | None] | None = None,
        attributes: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Steps[Job]:
        """Send a check, as `check` does, to be judged later: a job of one line, which `wait_for_check` waits for."""
        listing = listing_fields(listing_id, seller_id, product, views, attributes)
        sent = yield Block(lambda: [photo_sent(photo) for photo in photos])
        call = check_call(sent, listing, idempotency_key or str(uuid.uuid4()))
        later = dataclasses.replace(call, timed=False, headers={**call.headers, "Prefer": "respond-async"})
        return (yield from self._read(later, Job))

    @Method
    def wait_for_check(self, job_id: str, line: int = 1, *, within_s: float | None = None) -> Steps[Check]:
        """Wait for the check of a line; raises RequestRefused where it was parked, and TimeoutError."""
        end = None if within_s is None else time.monotonic() + within_s
        while True:
            response = yield from self._send(_job_call("GET", job_id, f"/lines/{line}"))
            if response.status_code != ACCEPTED:
                return parsed(response, Check)
            if end is not None and time.monotonic() + LINE_EVERY_S > end:
                raise TimeoutError(f"line {line} of job {job_id} was not judged within {within_s:g} s")
            yield Pause(LINE_EVERY_S)

    @Method
    def job(self, job_id: str) -> Steps[Job]:
        """Give how far a job is."""
        return self._read(_job_call("GET", job_id), Job)

    @Iteration
    def jobs(self) -> Items[Job]:
        """Iterate over the jobs, newest first; pages are fetched as needed."""
        cursor: str | None = None
        while True:
            page = yield from self._read(Call(method="GET", path="/v1/jobs", params=query({"cursor": cursor})), JobPage)
            for job in page.jobs:
                yield Item(job)
            cursor = page.next_cursor
            if cursor is None:
                return

    @Method
    def wait_for_job(
        self,
        job_id: str,
        *,
        progress: Callable[[Job], None] | None = None,
        every_s: float = 1.0,
        within_s: float | None = None,
    ) -> Steps[Job]:
        """Wait until a job has ended; `progress` gets it each time that it was read. Raises TimeoutError."""
        end = None if within_s is None else time.monotonic() + within_s
        while True:
            job = yield from self._read(_job_call("GET", job_id), Job)
            if progress is not None:
                progress(job)
            if has_ended(job):
                return job
            if end is not None and time.monotonic() + every_s > end:
                raise TimeoutError(f"job {job_id} has {job.left} of {job.lines} lines left after {within_s:g} s")
            yield Pause(every_s)

    @Iteration
    def results(
        self, job_id: str, *, after: str | None = None, follow: bool = False, every_s: float = 1.0
    ) -> Items[JobResult]:
        """Iterate over the lines that have ended, in the order in which they did.

        Keep the `cursor` of the last result that you have handled, and pass it as `after` to go on from there, also in
        another process. `follow` waits for more until the job has ended.
        """
        cursor = after
        while True:
            ended = not follow or has_ended((yield from self._read(_job_call("GET", job_id), Job)))
            response = yield from self._send(_results_call(job_id, cursor))
            results = list(_results_of(response))
            for result in results:
                cursor = result.cursor or cursor
                yield Item(result)
            if len(results) < RESULTS_AT_ONCE:
                if ended:
                    return
                yield Pause(every_s)

    @Method
    def cancel_job(self, job_id: str) -> Steps[Job]:
        """Cancel what has not begun; again it changes nothing."""
        return self._read(_job_call("POST", job_id, "/cancel"), Job)

    @Method
    def replay_job(self, job_id: str, lines: Sequence[int] | None = None) -> Steps[Job]:
        """Judge parked lines again: all of a job, or those of these numbers."""
        body = {} if lines is None else {"lines": [*lines]}
        return self._read(_job_call("POST", job_id, "/replay", body=body), Job)

    @Method
    def delete_job(self, job_id: str) -> Steps[None]:
        """Delete a job; its checks stay."""
        # Not repeatable: after a lost answer the second call would be answered 404.
        yield from self._send(dataclasses.replace(_job_call("DELETE", job_id), repeatable=False))

    def _submit(self, file: IO[bytes], media_type: str, name: str | None, idempotency_key: str | None) -> Steps[Job]:
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(file.seek(0, 2)),
            "Idempotency-Key": idempotency_key or str(uuid.uuid4()),
        }
        call = Call(method="POST", path="/v1/jobs", headers=headers, params=query({"name": name}), chunks=_reader(file))
        return self._read(call, Job)


def has_ended(job: Job) -> bool:
    """Whether no line of a job is left."""
    return job.state == "completed" or (job.state == "cancelled" and job.left == 0)


def write_lines(listings: Iterable[Mapping[str, Any]], file: IO[bytes]) -> None:
    """Write listings as JSON lines, with their files' bytes; raises OSError for a file that can't be read."""
    for listing in listings:
        photos = [photo if isinstance(photo, Mapping) else photo_sent(photo) for photo in listing["photos"]]
        sent = [dict(photo) if isinstance(photo, Mapping) else photos_json([photo])[0] for photo in photos]
        line = json.dumps({**listing, "photos": sent}, ensure_ascii=False, allow_nan=False)
        file.write(line.encode() + b"\n")


def _reader(file: IO[bytes]) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk

    return chunks


def _results_of(response: httpx.Response) -> Iterator[JobResult]:
    for line in response.iter_lines():
        try:
            yield JobResult.model_validate_json(line)
        except ValidationError as error:
            raise UnreadableAnswer(f"{response.request.url}: a line is no result of a job: {line[:200]}") from error


def _job_call(method: str, job_id: str, action: str = "", *, body: Mapping[str, Any] | None = None) -> Call:
    return Call(method=method, path=f"/v1/jobs/{part(job_id)}{action}", json=body)


def _results_call(job_id: str, cursor: str | None) -> Call:
    params = query({"cursor": cursor, "limit": RESULTS_AT_ONCE})
    return Call(method="GET", path=f"/v1/jobs/{part(job_id)}/results", params=params)
