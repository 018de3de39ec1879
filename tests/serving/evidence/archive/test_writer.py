from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from serving.errors import EvidenceTooLarge
from serving.evidence.archive.writer import ArchiveWriter
from tests.serving.evidence.evidence_keys import key_pair, small_zip


def test_the_same_parts_give_the_same_bytes() -> None:
    written = []
    for _ in range(2):
        out = io.BytesIO()
        writer = ArchiveWriter(out)
        writer.add("a.txt", b"hello")
        writer.finish(key_pair())
        written.append(out.getvalue())
    assert written[0] == written[1]


def test_the_signature_names_the_sha256_of_all_bytes_before_it() -> None:
    data = small_zip()
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    assert archive.namelist() == sorted(archive.namelist())
    signature = json.loads(archive.read("signature/3-signature.json"))
    assert signature["signed_bytes"] == archive.getinfo("signature/3-signature.json").header_offset
    assert signature["sha256"] == hashlib.sha256(data[: signature["signed_bytes"]]).hexdigest()


def test_parts_out_of_order_and_names_that_leave_a_folder_are_mistakes_of_ours() -> None:
    writer = ArchiveWriter(io.BytesIO())
    writer.add("b.txt", b"")
    with pytest.raises(ValueError, match="does not come after"):
        writer.add("a.txt", b"")
    with pytest.raises(ValueError, match="no name of a part"):
        writer.add("../c.txt", b"")


def test_a_file_that_would_be_too_large_is_refused_before_it_is_written() -> None:
    writer = ArchiveWriter(io.BytesIO(), max_bytes=1000)
    with pytest.raises(EvidenceTooLarge, match=r"raise evidence\.max_bytes"):
        writer.add("a.bin", bytes(1000))
