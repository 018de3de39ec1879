from __future__ import annotations

import asyncio
import dataclasses
import datetime
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from serving.errors import JobNotRunning, StoreUnavailable, TooManyJobs
from serving.principal import SERVER
from serving.store.database.database import Held
from serving.store.deletion.erasure import finish_erasure, start_erasure
from serving.store.idempotency_rows import Claim
from serving.store.job_line_rows import Fault
from serving.store.job_rows import LinePhoto, NewJob, NewLine
from serving.store.job_store import ReadLine
from serving.store.photos.photo_copy import copy_photos, count_photos
from serving.store.photos.photo_files import PhotoFiles
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.stored_jobs import LATER, OPERATOR, add_job, lease, member
from tests.serving.builders.stores import Place, opened, photo_names

FAULT = Fault(code="internal", message="parked")


def line_with(number: int, *photos: bytes, seller_id: str = "s") -> NewLine:
    content = json.dumps({"seller_id": seller_id, "photos": [{"base64": ""}] * len(photos)}).encode()
    sent = [LinePhoto(position=place, sha256=digest(data), data=data) for place, data in enumerate(photos)]
    return NewLine(number=number, content=content, listing_id=None, fault=None, photos=tuple(sent))


def stored(place: Place, *photos: bytes) -> bool:
    """Whether these photos are in the store, and no other."""
    return photo_names(place.folder) == {digest(photo) for photo in photos}


def test_photos_of_lines_are_stored_as_they_arrive_and_are_the_checks_once_it_is_judged(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_job(store, [line_with(1, b"a", b"b"), line_with(2, b"b")])
            assert stored(place, b"a", b"b")
            assert await store.remove_orphans() == 0
            first, second = await lease(store, 2)
            read = await store.jobs.read_line(first)
            assert isinstance(read, ReadLine)
            assert read.photos == {0: b"a", 1: b"b"}
            new = dataclasses.replace(new_check(b"a", b"b", kept=(True, False)), line=first)
            await store.keep(new, [b"a", b"b"])
            assert stored(place, b"a", b"b")  # the second is no photo, but the other line still has it
            await store.keep(dataclasses.replace(new_check(b"b", kept=(False,)), line=second), [b"b"])
            assert stored(place, b"a")
            assert await store.jobs.read_line(first) is None
            await store.delete_one(OPERATOR, new.answer.check_id)
            assert stored(place)

    asyncio.run(work())


def test_photos_go_with_lines_that_are_cancelled_or_deleted_and_stay_with_parked_ones(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, [line_with(1, b"a"), line_with(2, b"b"), line_with(3, b"c")])).job_id
            await add_job(store, [line_with(1, b"c")])  # of another job
            parked, held = await lease(store, 2)
            await store.job_line_rows.park(parked, FAULT, NOW)
            await store.jobs.cancel(job_id, OPERATOR, NOW)
            assert stored(place, b"a", b"b", b"c")
            await store.job_line_rows.give_back([held])
            await store.jobs.complete_jobs(NOW)
            assert (await store.job_rows.find(job_id, OPERATOR, NOW)).completed_at is not None
            assert stored(place, b"a", b"c")
            await store.jobs.delete(job_id, OPERATOR)
            assert stored(place, b"c")
            assert not store.may_hold_orphans or await store.remove_orphans() == 0

    asyncio.run(work())


def test_photos_of_lines_that_are_given_back_as_their_job_is_cancelled_or_ended_are_removed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, jobs = store.job_line_rows, store.jobs
            assert await store.remove_orphans() == 0
            for act, method, ended in ((jobs.cancel, "photo_sha256s", True), (jobs.complete_jobs, "ended_jobs", False)):
                job_id = (await add_job(store, [line_with(1, b"a"), line_with(2, b"b")])).job_id
                lines = await lease(store, 2)
                values: tuple[Any, ...] = (job_id, OPERATOR, NOW)
                if act == jobs.complete_jobs:
                    await jobs.cancel(*values)
                    values = (NOW,)
                find: Callable[..., Awaitable[list[str]]] = getattr(rows, method)

                async def find_and_give_back(
                    *some: Any, find: Any = find, lines: Any = lines, **more: Any
                ) -> list[str]:
                    found: list[str] = await find(*some, **more)
                    await rows.give_back(lines)  # as another server might, before the caller goes on
                    return found

                with monkeypatch.context() as patched:
                    patched.setattr(rows, method, find_and_give_back)
                    await act(*values)
                assert stored(place) == ended
                await jobs.complete_jobs(NOW)
                assert stored(place)
                assert (await store.job_rows.find(job_id, OPERATOR, NOW)).completed_at is not None
            assert not store.may_hold_orphans  # nothing was left to a search

    asyncio.run(work())


def test_many_photos_are_held_and_written_a_few_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a lock in PostgreSQL, which has 6,400 by default; and checks write their photos meanwhile."""
    holds: list[int] = []
    puts: list[int] = []

    async def work() -> None:
        async with opened(place) as store:
            hold, put = store._database.hold, store.photos.put

            def count_hold(names: Iterable[str], *, shared: bool = False) -> AbstractAsyncContextManager[Held]:
                holds.append(len(listed := list(names)))
                return hold(listed, shared=shared)

            async def count_put(photos: Sequence[tuple[str, bytes]]) -> None:
                puts.append(len(photos))
                await put(photos)

            monkeypatch.setattr(store._database, "hold", count_hold)
            monkeypatch.setattr(store.photos, "put", count_put)
            sent = [[b"%d %d" % (line, photo) for photo in range(12)] for line in range(9)]
            lines = [line_with(number, *photos) for number, photos in enumerate(sent, start=1)]
            job_id = (await add_job(store, [*lines, line_with(10)])).job_id
            assert stored(place, *(photo for photos in sent for photo in photos))
            assert (await store.job_rows.find(job_id, OPERATOR, NOW)).counts.waiting == 10
            await store.jobs.delete(job_id, OPERATOR)
            assert stored(place)

    asyncio.run(work())
    assert (sum(holds), max(holds)) == (2 * 108, 50)
    assert (sum(puts), max(puts)) == (108, 4)


def test_photos_of_a_job_that_is_not_kept_are_removed(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            claim = Claim(key_sha256="k", fingerprint="f")
            await add_job(store, [line_with(1, b"a")], claim=claim)
            new = NewJob(job_id="again", caller=OPERATOR, kind="listings", name=None, created_at=NOW)
            for other, key in ((b"b", None), (b"c", claim)):
                await store.job_rows.begin(new)
                await store.jobs.add_lines("again", [line_with(1, b"a", other)], NOW)
                assert stored(place, b"a", other)
                if key is None:
                    await store.jobs.discard("again")
                else:
                    assert (await store.jobs.end_receiving("again", lines=1, size=1, claim=key)).replayed
                assert stored(place, b"a")
            await store.job_rows.begin(dataclasses.replace(new, job_id="broken"))
            await store.jobs.add_lines("broken", [line_with(1, b"d")], NOW)
            with pytest.raises(JobNotRunning):
                await store.jobs.delete("broken", OPERATOR)
            assert await store.jobs.delete_old(ended_before=NOW, receiving_before=LATER) == 1
            assert stored(place, b"a")

    asyncio.run(work())


def test_an_old_job_that_is_replayed_as_it_is_found_is_not_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, [dataclasses.replace(line_with(1, b"a"), fault=FAULT)])).job_id
            await store.jobs.complete_jobs(NOW)
            before = {"ended_before": LATER, "receiving_before": NOW}
            assert await store.job_rows.find_old(**before) == [job_id]
            await store.job_rows.replay(job_id, OPERATOR, NOW)
            assert not await store.job_rows.delete_old(job_id, **before)
            assert (await store.job_rows.find(job_id, OPERATOR, NOW)).counts.waiting == 1

    asyncio.run(work())


def test_photos_of_an_erased_seller_are_removed_before_they_are_judged(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_job(store, [line_with(1, b"a", b"b"), line_with(2, b"b", seller_id="another")])
            erased = await finish_erasure(store, SERVER, await start_erasure(store, SERVER, "s"))
            assert erased.erasure.job_lines == 1
            assert stored(place, b"b")

    asyncio.run(work())


def test_photos_that_could_not_be_removed_are_removed_later(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, [line_with(1, b"a")])).job_id
            await store.remove_orphans()

            async def fails(sha256s: object) -> None:
                raise StoreUnavailable("the photo folder does not answer", retry_after_s=1)

            with monkeypatch.context() as patched:
                patched.setattr(store.photos, "remove", fails)
                await store.jobs.delete(job_id, OPERATOR)  # it is deleted, which its caller needs no second try for
            assert store.may_hold_orphans
            assert await store.remove_orphans() == 1
            assert stored(place)

    asyncio.run(work())


def test_photos_of_waiting_lines_are_copied_with_the_store(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            photos = [b"%d" % number for number in range(12)]
            await store.keep(new_check(*photos[:5]), photos[:5])
            await add_job(store, [line_with(1, *photos[3:])])

    asyncio.run(work())
    engine = place.connect()
    source, target = PhotoFiles(place.folder / "photos"), PhotoFiles(place.folder / "copy" / "photos")
    assert count_photos(engine) == 12
    assert copy_photos(engine, source, target, lambda _: None).copied == 12
    for files in (source, target):
        files.close()
    engine.dispose()
    assert {hashlib.sha256(file.read_bytes()).hexdigest() for file in (place.folder / "copy").rglob("*/*/*")} == {
        digest(b"%d" % number) for number in range(12)
    }


def test_a_line_whose_job_is_deleted_while_it_is_judged_keeps_its_photo_with_its_check(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, [line_with(1, b"a")])).job_id
            (line,) = await lease(store)
            await store.jobs.delete(job_id, OPERATOR)
            assert stored(place)
            await store.keep(dataclasses.replace(new_check(b"a"), line=line), [b"a"])
            assert stored(place, b"a")
            assert await store.job_rows.find_old(ended_before=NOW, receiving_before=NOW - datetime.timedelta(1)) == []

    asyncio.run(work())


def test_a_member_has_so_many_unfinished_jobs_and_each_counts_for_itself(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            caller = member("m")
            new = NewJob(job_id="new", caller=caller, kind="listings", name=None, created_at=NOW)
            ids = [(await add_job(store, 1, caller=caller)).job_id for _ in range(2)]
            await add_job(store, 1)  # the operator's
            for _ in range(2):
                with pytest.raises(TooManyJobs):
                    await store.job_rows.begin(new, max_unfinished=2)
            await store.job_rows.begin(dataclasses.replace(new, job_id="one", kind="check"), max_unfinished=2)
            await store.job_rows.begin(dataclasses.replace(new, job_id="ours", caller=OPERATOR), max_unfinished=2)
            left = await store.job_rows.find_backlog(NOW + datetime.timedelta(seconds=5))
            assert (left.jobs, left.lines_waiting, left.oldest_s) == (3, 3, 5.0)
            await store.jobs.cancel(ids[0], caller, NOW)
            await store.job_rows.begin(new, max_unfinished=2)
            assert (await store.job_rows.find_backlog(NOW)).jobs == 2

    asyncio.run(work())
