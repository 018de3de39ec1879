"""Pictures are made once, a few at a time, and no check waits for a page's pictures."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from serving.checks.pictures import MAX_WAITING, Pictures
from serving.compute.executor import Compute
from serving.errors import Overloaded, PhotoNotFound
from serving.store.store import Store
from tests.serving.builders.new_checks import digest, new_check
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.builders.stores import opened
from tests.serving.servers.running import Running
from vision.photo.decode import DEFAULT_LIMITS

PHOTO = jpeg(RED)


@contextlib.asynccontextmanager
async def pictures_of_one_photo(folder: Path, *, threads: int) -> AsyncIterator[tuple[Pictures, Compute, Store]]:
    compute = Compute(threads=threads, max_waiting=4, timeout_s=30)
    async with opened(folder) as store:
        await store.keep(new_check(PHOTO), [PHOTO])
        yield Pictures(store=store, compute=compute, limits=DEFAULT_LIMITS), compute, store
    compute.close()


def test_one_rendition_asked_for_by_many_at_once_is_made_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with pictures_of_one_photo(tmp_path, threads=2) as (pictures, _, store):
            asked = [pictures.rendition(digest(PHOTO), 160) for _ in range(5)]
            first, *others = await asyncio.gather(*asked)
            assert all(other is first for other in others), "each of them was made on its own"
            assert await store.find_rendition(digest(PHOTO), 160) == first
            await store.photos.remove([digest(PHOTO)])
            assert await pictures.rendition(digest(PHOTO), 160) == first, "it was not kept"

    asyncio.run(work())


def test_a_caller_who_leaves_takes_no_rendition_from_another(tmp_path: Path) -> None:
    async def work() -> None:
        async with pictures_of_one_photo(tmp_path, threads=1) as (pictures, _, _store):
            leaving = asyncio.create_task(pictures.rendition(digest(PHOTO), 160))
            staying = asyncio.create_task(pictures.rendition(digest(PHOTO), 160))
            await asyncio.sleep(0)
            leaving.cancel()
            assert (await staying)[8:12] == b"WEBP"

    asyncio.run(work())


def test_a_photo_that_is_gone_has_no_rendition(tmp_path: Path) -> None:
    async def work() -> None:
        async with pictures_of_one_photo(tmp_path, threads=1) as (pictures, _, _store):
            with pytest.raises(PhotoNotFound):
                await pictures.rendition(digest(b"gone"), 160)

    asyncio.run(work())


@pytest.mark.parametrize(("threads", "at_once"), [(1, 1), (2, 1), (4, 2)])
def test_pictures_take_at_most_half_of_the_threads_and_leave_the_queue_to_checks(
    tmp_path: Path, threads: int, at_once: int
) -> None:
    gate = threading.Event()

    async def work() -> None:
        async with pictures_of_one_photo(tmp_path, threads=threads) as (pictures, compute, _):
            drawing = [asyncio.create_task(pictures.draw(digest(PHOTO), lambda _: gate.wait())) for _ in range(30)]
            while compute.unfinished < at_once:
                await asyncio.sleep(0.005)
            assert compute.unfinished == at_once
            assert await compute.run_all([lambda: 7] * (threads - at_once)) == [7] * (threads - at_once)
            gate.set()
            assert await asyncio.gather(*drawing) == [True] * 30

    asyncio.run(work())


def test_more_pictures_than_may_wait_are_refused_and_the_others_are_drawn(tmp_path: Path) -> None:
    gate = threading.Event()

    async def work() -> None:
        async with pictures_of_one_photo(tmp_path, threads=1) as (pictures, _, _store):
            draw = [pictures.draw(digest(PHOTO), lambda _: gate.wait()) for _ in range(MAX_WAITING)]
            drawing = [asyncio.create_task(one) for one in draw]
            await asyncio.sleep(0)
            with pytest.raises(Overloaded) as caught:
                await pictures.draw(digest(PHOTO), len)
            assert caught.value.retry_after_s >= 1
            gate.set()
            assert await asyncio.gather(*drawing) == [True] * MAX_WAITING
            assert await pictures.draw(digest(PHOTO), len) == len(PHOTO)

    asyncio.run(work())


def test_a_check_is_answered_while_a_pages_pictures_wait(start: Callable[..., Running]) -> None:
    server = start(threads=2, max_waiting=4)
    server.answer(PHOTO)
    gate = threading.Event()
    pictures, compute = server.services.pictures, server.services.compute
    assert pictures is not None

    def ask() -> None:
        async def hold() -> None:
            await asyncio.gather(*(pictures.draw(digest(PHOTO), lambda _: gate.wait()) for _ in range(100)))

        asyncio.run(hold())

    page = threading.Thread(target=ask)
    page.start()
    try:
        while compute.unfinished < 1:
            pass
        assert server.check(jpeg(seed=1), jpeg(seed=2)).status_code == 200
    finally:
        gate.set()
        page.join()
