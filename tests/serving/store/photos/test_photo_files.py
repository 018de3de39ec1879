from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from serving.errors import PhotoNotFound, StoreUnavailable
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.photos.photo_files import PhotoFiles, photo_path
from tests.serving.builders.new_checks import digest
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def run(folder: Path, work: Callable[[PhotoFiles], Awaitable[None]]) -> None:
    async def scenario() -> None:
        files = PhotoFiles(folder)
        try:
            await work(files)
        finally:
            files.close()

    asyncio.run(scenario())


def test_a_photo_lies_in_one_of_256_folders() -> None:
    sha256 = digest(b"photo")
    assert photo_path(sha256) == f"{sha256[:2]}/{sha256}"


def test_half_written_photos_are_removed_at_start(tmp_path: Path) -> None:
    half, whole = tmp_path / "ab" / "abcd#1", tmp_path / "ab" / "abcd"
    half.parent.mkdir()
    half.write_bytes(b"ha")
    whole.write_bytes(b"whole")
    PhotoFiles(tmp_path).close()
    assert not half.exists()
    assert whole.exists()


def test_of_half_written_photos_in_a_shared_folder_only_old_ones_are_removed(tmp_path: Path) -> None:
    """Another server may be writing the others now."""
    old, new = tmp_path / "ab" / "abcd#1", tmp_path / "ab" / "abcd#2"
    old.parent.mkdir()
    for file in (old, new):
        file.write_bytes(b"ha")
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    PhotoFiles(tmp_path, shared=True).close()
    assert not old.exists()
    assert new.exists()


def test_a_photo_whose_file_is_missing_is_a_problem_and_not_a_crash(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    photo = jpeg(seed=3)
    answer = server.answer(photo)
    (tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(photo))).unlink()
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0")
    assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")
    assert server.http.get(f"/v1/checks/{answer['check_id']}").json()["photos"] == answer["photos"]


def test_when_photos_cannot_be_written_the_check_is_answered_503_and_not_stored(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    photo = jpeg(seed=4)
    blocked = tmp_path / "store" / PHOTO_FOLDER / digest(photo)[:2]
    blocked.write_bytes(b"a file where a folder must be")
    response = server.check(photo)
    assert (response.status_code, response.json()["code"]) == (503, "store_unavailable")
    assert int(response.headers["retry-after"]) >= 1
    assert str(tmp_path) not in response.text
    assert server.http.get("/v1/checks").json()["checks"] == []
    blocked.unlink()
    assert server.check(photo).status_code == 200


def test_a_photo_folder_that_was_deleted_is_made_again(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    lost = server.answer(jpeg(seed=5))
    shutil.rmtree(tmp_path / "store" / PHOTO_FOLDER)
    answer = server.answer(jpeg(seed=6))
    assert server.http.get(answer["photos"][0]["evidence_url"]).status_code == 200
    assert server.http.get(lost["photos"][0]["evidence_url"]).json()["code"] == "photo_not_found"
    assert server.http.delete(f"/v1/checks/{lost['check_id']}").status_code == 204


def test_a_photo_that_a_power_cut_left_empty_is_written_again(start: Callable[..., Running], tmp_path: Path) -> None:
    photo = jpeg(seed=7)
    stored = tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(photo))
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"")
    start().answer(photo)
    assert stored.read_bytes() == photo


def test_readiness_reports_a_photo_folder_that_is_gone_once_and_makes_it_again(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    folder = tmp_path / "store" / PHOTO_FOLDER
    folder.rename(tmp_path / "moved")
    response = server.http.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "not_ready")
    assert server.http.get("/healthz").status_code == 200
    assert server.http.get("/readyz").status_code == 200  # by itself: it would be sent no photo that makes the folder
    (tmp_path / "moved").rename(folder)
    assert server.http.get("/readyz").status_code == 200


def test_without_its_folder_photos_are_unavailable_and_not_found(tmp_path: Path) -> None:
    async def work(files: PhotoFiles) -> None:
        with pytest.raises(PhotoNotFound):
            await files.get("0" * 64)
        (tmp_path / PHOTO_FOLDER).rename(tmp_path / "away")
        with pytest.raises(StoreUnavailable):
            await files.ping()

    run(tmp_path / PHOTO_FOLDER, work)
