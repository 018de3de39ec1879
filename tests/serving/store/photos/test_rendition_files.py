from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.store.photos.rendition_files import RenditionFiles
from tests.serving.builders.new_checks import digest

A, B = digest(b"a"), digest(b"b")


def test_renditions_are_kept_by_photo_and_side_until_their_photo_is_removed(tmp_path: Path) -> None:
    async def work() -> None:
        files = RenditionFiles(tmp_path / "renditions", 1)
        assert await files.get(A, 160) is None
        for sha256, side_px, data in ((A, 160, b"small"), (A, 1600, b"large"), (B, 160, b"other")):
            await files.put(sha256, side_px, data)
        assert (await files.get(A, 160), await files.get(A, 1600)) == (b"small", b"large")
        await files.remove([A, digest(b"never there")])
        assert (await files.get(A, 160), await files.get(A, 1600)) == (None, None)
        assert await files.get(B, 160) == b"other"
        assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [f"{B}-160"]

    asyncio.run(work())


def test_a_half_written_rendition_is_never_given_and_goes_with_its_photo(tmp_path: Path) -> None:
    async def work() -> None:
        files = RenditionFiles(tmp_path, 1)
        folder = tmp_path / "1" / A[:2]
        folder.mkdir(parents=True)
        (folder / f"{A}-160#").write_bytes(b"ha")
        (folder / f"{A}-1600").touch()  # as a crash leaves a file that was not synced
        assert (await files.get(A, 160), await files.get(A, 1600)) == (None, None)
        await files.remove([A])
        assert list(folder.iterdir()) == []

    asyncio.run(work())


def test_renditions_of_another_version_are_removed_at_start(tmp_path: Path) -> None:
    async def work() -> None:
        await RenditionFiles(tmp_path, 1).put(A, 160, b"old")
        await RenditionFiles(tmp_path, 2).put(A, 160, b"new")
        files = RenditionFiles(tmp_path, 2)
        assert await files.get(A, 160) == b"new"
        assert [folder.name for folder in tmp_path.iterdir()] == ["2"]

    asyncio.run(work())


def test_a_folder_that_takes_no_file_fails_no_request_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        (tmp_path / "1").write_bytes(b"a file where the folder should be")
        files = RenditionFiles(tmp_path, 1)
        await files.put(A, 160, b"small")
        assert await files.get(A, 160) is None

    asyncio.run(work())
    assert "a rendition was not kept" in caplog.text
