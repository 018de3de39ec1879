"""What every store of photos and of renditions must do; a subclass says how one is opened and what lies in it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from serving.errors import PhotoDamaged, PhotoNotFound
from serving.store.photos.location import PhotoStorage
from serving.store.photos.photo_files import photo_path
from serving.store.photos.photo_store import PhotoStore
from tests.serving.builders.new_checks import digest

A, B = digest(b"a"), digest(b"b")


class Opened:
    """One storage of the test: opened any number of times, one after another, and looked into from outside."""

    def open(self) -> PhotoStorage:
        raise NotImplementedError

    def names(self) -> set[str]:
        """The paths of all that is stored: `photos/…`, `renditions/…`."""
        raise NotImplementedError

    def write(self, path: str, data: bytes) -> None:
        """Write behind the store's back."""
        raise NotImplementedError


def use(opened: Opened, work: Callable[[PhotoStorage], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with closing(opened.open()) as storage:
            await work(storage)

    asyncio.run(scenario())


@contextlib.asynccontextmanager
async def closing(storage: PhotoStorage) -> AsyncIterator[PhotoStorage]:
    try:
        yield storage
    finally:
        storage.photos.close()


async def listed(photos: PhotoStore) -> list[str]:
    return sorted([sha256 async for chunk in photos.list_sha256s() for sha256 in chunk])


class PhotoStoreContract:
    """Inherited by the tests of each kind of store, which give the fixture `opened`."""

    def test_photos_are_put_read_listed_and_removed(self, opened: Opened) -> None:
        async def work(storage: PhotoStorage) -> None:
            photos = storage.photos
            assert not await photos.has(A)
            sent = [(digest(data), data) for data in (b"a", b"b", b"a")]
            await photos.put(sent)
            await photos.put(sent)
            assert await photos.get(B) == b"b"
            assert await photos.has(A)
            assert await listed(photos) == sorted([A, B])
            await photos.remove([A, digest(b"never there")])
            await photos.remove([])
            assert not await photos.has(A)
            with pytest.raises(PhotoNotFound):
                await photos.get(A)
            await photos.ping()

        use(opened, work)
        assert opened.names() == {f"photos/{photo_path(B)}"}

    def test_what_was_put_is_there_when_the_store_is_opened_again(self, opened: Opened) -> None:
        data = bytes(range(256)) * 40_000  # as large as the largest photos

        async def put(storage: PhotoStorage) -> None:
            await storage.photos.put([(digest(data), data)])

        async def get(storage: PhotoStorage) -> None:
            assert await storage.photos.get(digest(data)) == data

        use(opened, put)
        use(opened, get)

    def test_a_photo_whose_bytes_were_changed_is_not_given(
        self, opened: Opened, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def work(storage: PhotoStorage) -> None:
            await storage.photos.put([(A, b"a")])
            opened.write(f"photos/{photo_path(A)}", b"x")
            with pytest.raises(PhotoDamaged, match="damaged"):
                await storage.photos.get(A)

        use(opened, work)
        assert A in caplog.text

    def test_a_photo_of_which_a_part_is_there_is_written_again(self, opened: Opened) -> None:
        async def work(storage: PhotoStorage) -> None:
            opened.write(f"photos/{photo_path(A)}", b"")
            await storage.photos.put([(A, b"a")])
            assert await storage.photos.get(A) == b"a"

        use(opened, work)

    def test_more_photos_than_a_chunk_are_all_listed_in_several(self, opened: Opened) -> None:
        numbered = [str(number).encode() for number in range(502)]
        sha256s = sorted(map(digest, numbered))

        async def work(storage: PhotoStorage) -> None:
            await storage.photos.put([(digest(data), data) for data in numbered])
            chunks = [chunk async for chunk in storage.photos.list_sha256s()]
            assert sorted(sha256 for chunk in chunks for sha256 in chunk) == sha256s
            assert [len(chunk) for chunk in chunks] == [500, 2]
            await storage.photos.remove(sha256s)
            assert await listed(storage.photos) == []

        use(opened, work)

    def test_renditions_are_kept_by_photo_and_side_until_their_photo_is_removed(self, opened: Opened) -> None:
        async def work(storage: PhotoStorage) -> None:
            renditions = storage.renditions
            assert await renditions.get(A, 160) is None
            for sha256, side_px, data in ((A, 160, b"small"), (A, 1600, b"large"), (B, 160, b"other")):
                await renditions.put(sha256, side_px, data)
            assert (await renditions.get(A, 160), await renditions.get(A, 1600)) == (b"small", b"large")
            await renditions.remove([A, digest(b"never there")])
            await renditions.remove([])
            assert (await renditions.get(A, 160), await renditions.get(A, 1600)) == (None, None)
            assert await renditions.get(B, 160) == b"other"

        use(opened, work)
        assert {name.rpartition("/")[2] for name in opened.names()} == {f"{B}-160"}

    def test_an_empty_rendition_is_none(self, opened: Opened) -> None:
        async def work(storage: PhotoStorage) -> None:
            await storage.renditions.put(A, 160, b"")
            assert await storage.renditions.get(A, 160) is None

        use(opened, work)

    def test_renditions_of_other_versions_are_removed_and_photos_are_not(self, opened: Opened) -> None:
        async def work(storage: PhotoStorage) -> None:
            opened.write(f"renditions/0/{photo_path(A)}-160", b"old")
            await storage.renditions.put(A, 160, b"new")
            await storage.photos.put([(A, b"a")])
            await storage.renditions.remove_other_versions()
            assert await storage.renditions.get(A, 160) == b"new"

        use(opened, work)
        assert len(opened.names()) == 2
