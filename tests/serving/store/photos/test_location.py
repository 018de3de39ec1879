from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.store.photos.location import PhotoStorage, open_photo_storage
from serving.store.photos.object_storage import ObjectStorageSettings
from tests.serving.builders.new_checks import digest
from tests.serving.servers.object_storage import Bucket
from tests.serving.store.photos.photo_store_contract import Opened, PhotoStoreContract
from vision.errors import ConfigError


class OpenedFolder(Opened):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> PhotoStorage:
        return open_photo_storage(str(self._folder), ObjectStorageSettings())

    def names(self) -> set[str]:
        return {file.relative_to(self._folder).as_posix() for file in self._folder.rglob("*") if file.is_file()}

    def write(self, path: str, data: bytes) -> None:
        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / path).write_bytes(data)


class OpenedBucket(Opened):
    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def open(self) -> PhotoStorage:
        return open_photo_storage(self._bucket.location, self._bucket.settings)

    def names(self) -> set[str]:
        return self._bucket.keys()

    def write(self, path: str, data: bytes) -> None:
        self._bucket.boto.put_object(Bucket=self._bucket.name, Key=f"store/{path}", Body=data)


class TestAFolder(PhotoStoreContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Opened:
        return OpenedFolder(tmp_path / "elsewhere")


class TestABucket(PhotoStoreContract):
    @pytest.fixture
    def opened(self, bucket: Bucket) -> Opened:
        return OpenedBucket(bucket)


@pytest.mark.parametrize("location", ["gs://bucket/photos", "https://bucket.example/photos", "s3://", "s3://UPPER/x"])
def test_a_location_of_another_kind_is_refused(location: str) -> None:
    with pytest.raises(ConfigError, match=r"photos: .*s3://BUCKET/PREFIX"):
        open_photo_storage(location, ObjectStorageSettings())


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="name another folder"):
        open_photo_storage(str(tmp_path / "file"), ObjectStorageSettings())


def test_the_two_kinds_keep_the_same_paths_so_that_photos_can_be_copied_from_one_to_the_other(
    tmp_path: Path, bucket: Bucket
) -> None:
    async def keep(storage: PhotoStorage) -> None:
        await storage.photos.put([(digest(b"a"), b"a")])
        await storage.renditions.put(digest(b"a"), 160, b"small")
        storage.photos.close()

    opened = (OpenedFolder(tmp_path), OpenedBucket(bucket))
    for one in opened:
        asyncio.run(keep(one.open()))
    assert opened[0].names() == opened[1].names()
    assert len(opened[0].names()) == 2
