"""Where photos and renditions are kept: in the store's folder, in another folder, or in an object storage."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from serving.store.photos.object_storage import SCHEME, ObjectStorage, ObjectStorageSettings
from serving.store.photos.photo_files import PhotoFiles, photo_path
from serving.store.photos.photo_objects import PhotoObjects
from serving.store.photos.photo_store import PhotoStore, RenditionStore
from serving.store.photos.rendition_files import RenditionFiles
from serving.store.photos.rendition_objects import RenditionObjects
from vision.errors import ConfigError
from vision.photo.rendition import RENDITION_VERSION

PHOTO_FOLDER = "photos"
RENDITION_FOLDER = "renditions"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PhotoStorage:
    """The two stores of one location; `photos.close` ends the threads of both."""

    photos: PhotoStore
    renditions: RenditionStore


def open_photo_storage(location: str, settings: ObjectStorageSettings, *, shared: bool = False) -> PhotoStorage:
    """Open `s3://bucket/prefix`, or make and open a folder; raises ConfigError where it cannot be used.

    `shared` says that other processes may be writing photos there.
    """
    if location.startswith(SCHEME):
        return _open_objects(location, settings)
    if "://" in location:
        raise ConfigError(f"photos: {location} cannot be used; name a folder, or s3://BUCKET/PREFIX")
    return _open_folder(Path(location).expanduser(), shared=shared)


def open_photo_reader(location: str, settings: ObjectStorageSettings) -> Callable[[str], bytes | None]:
    """Give a function that reads a photo by its SHA-256, None where there is none; for use beside a running server.

    It writes nothing, and the bytes may be damaged. The function raises StoreUnavailable.
    """
    if location.startswith(SCHEME):
        storage = ObjectStorage(location, settings)
        return lambda sha256: storage.get(f"{PHOTO_FOLDER}/{photo_path(sha256)}")
    folder = Path(location).expanduser() / PHOTO_FOLDER

    def read(sha256: str) -> bytes | None:
        try:
            return (folder / photo_path(sha256)).read_bytes()
        except FileNotFoundError:
            return None

    return read


def _open_objects(location: str, settings: ObjectStorageSettings) -> PhotoStorage:
    storage = ObjectStorage(location, settings)
    storage.refuse_unusable()
    threads = ThreadPoolExecutor(settings.requests, thread_name_prefix="photo-storage")
    return PhotoStorage(
        photos=PhotoObjects(storage, threads), renditions=RenditionObjects(storage, threads, RENDITION_VERSION)
    )


def _open_folder(folder: Path, *, shared: bool) -> PhotoStorage:
    try:
        photos = PhotoFiles(folder / PHOTO_FOLDER, shared=shared)
    except OSError as error:
        raise ConfigError(f"photos: {folder} cannot be written ({error.strerror}); name another folder") from error
    return PhotoStorage(photos=photos, renditions=RenditionFiles(folder / RENDITION_FOLDER, RENDITION_VERSION))
