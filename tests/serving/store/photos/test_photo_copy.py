from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from serving.store.database.migrations import migrate
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.photos.photo_copy import copy_photos, count_photos
from serving.store.photos.photo_files import PhotoFiles
from tests.serving.builders.old_store import PHOTOS, write_old_store
from tests.serving.builders.stores import Place, photo_names

SHA256S = [hashlib.sha256(photo).hexdigest() for photo in PHOTOS]


@pytest.fixture
def old(tmp_path: Path) -> Place:
    return Place(folder=write_old_store(tmp_path / "old"))


@pytest.fixture
def engine(old: Place) -> Iterator[Engine]:
    engine = old.connect()
    migrate(engine)
    yield engine
    engine.dispose()


def test_each_photo_is_copied_once_and_compared_with_its_hash(old: Place, engine: Engine, tmp_path: Path) -> None:
    source, target = PhotoFiles(old.folder / PHOTO_FOLDER), PhotoFiles(tmp_path / "new" / PHOTO_FOLDER)
    file = old.folder / PHOTO_FOLDER / SHA256S[0][:2] / SHA256S[0]
    file.write_bytes(b"changed")
    assert count_photos(engine) == 3
    done: list[int] = []
    found = copy_photos(engine, source, target, done.append)
    assert (found.copied, found.present, found.missing, found.damaged) == (2, 0, [], [SHA256S[0]])
    assert sum(done) == 3
    assert photo_names(tmp_path / "new") == set(SHA256S[1:])
    file.unlink()
    found = copy_photos(engine, source, target, done.append)
    assert (found.copied, found.present, found.missing, found.damaged) == (0, 2, [SHA256S[0]], [])
    file.write_bytes(PHOTOS[0])
    assert copy_photos(engine, source, target, done.append).copied == 1
    assert photo_names(tmp_path / "new") == photo_names(old.folder) == set(SHA256S)
    for store in (source, target):
        store.close()
