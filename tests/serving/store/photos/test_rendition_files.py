from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.store.photos.rendition_files import RenditionFiles
from tests.serving.builders.new_checks import digest

A = digest(b"a")


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
