from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from serving.evidence.archive.layout import Part, central_directory, is_name, local_header, read_local_header


def test_what_is_written_is_a_zip_that_python_reads() -> None:
    part = Part(name="a/b.txt", size=2, crc32=zlib.crc32(b"hi"), offset=0)
    written = local_header(part.name, part.size, part.crc32) + b"hi"
    archive = zipfile.ZipFile(io.BytesIO(written + central_directory([part], len(written))))
    assert archive.testzip() is None
    assert archive.read("a/b.txt") == b"hi"
    assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_a_local_header_gives_back_size_checksum_and_length_of_the_name() -> None:
    assert read_local_header(local_header("a/b.txt", 5, 7)[:30]) == (5, 7, 7)


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/../b", ".a", "A", "a b", "a\\b", "", "a/", "ä", "a" * 201])
def test_names_that_could_leave_a_folder_or_differ_between_systems_are_none(name: str) -> None:
    assert not is_name(name)
    assert is_name("checks/001/photo-00-received.jpg")
