from __future__ import annotations

import datetime
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from serving.errors import EvidenceFileInvalid, EvidenceVersionUnknown, ServingError
from serving.evidence.archive.layout import FORMAT_TEXT
from serving.evidence.archive.reader import SignedArchive, read_archive
from serving.evidence.archive.writer import ArchiveWriter
from serving.evidence.signing.keys import make_key_pair
from tests.serving.evidence.evidence_keys import key_pair, small_zip


class Names:
    """Keeps nothing but the names."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def keeps(self, name: str) -> bool:
        return False

    def take(self, name: str, sha256: str, size: int, data: bytes | None) -> None:
        assert data is None
        self.names.append(name)


def read(data: bytes) -> SignedArchive:
    return read_archive(io.BytesIO(data), len(data), Names())


def tiny() -> bytes:
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    writer.add("a.txt", b"hello")
    writer.finish(key_pair())
    return out.getvalue()


def test_an_unchanged_file_gives_its_key_its_digest_and_its_parts() -> None:
    found = read(small_zip())
    assert found.certificate == key_pair().certificate
    assert found.parts == 10
    assert found.time_stamp is not None
    assert read(tiny()).time_stamp is None


def test_every_bit_of_a_file_counts() -> None:
    data = tiny()
    held = []
    for place in range(8 * len(data)):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        try:
            read(bytes(changed))
        except ServingError:
            continue
        held.append(place)
    assert held == []


def test_every_cut_and_what_is_added_at_either_end_is_found() -> None:
    data = tiny()
    for changed in [*(data[:end] for end in range(len(data))), data + b"\0", b"\0" + data, data + data]:
        with pytest.raises(EvidenceFileInvalid):
            read(changed)


def test_a_file_of_a_later_version_has_an_error_of_its_own() -> None:
    later = FORMAT_TEXT.replace(b"1", b"2")
    data = tiny().replace(FORMAT_TEXT, later, 1)
    data = data.replace(struct.pack("<L", zlib.crc32(FORMAT_TEXT)), struct.pack("<L", zlib.crc32(later)))
    with pytest.raises(EvidenceVersionUnknown, match="format 2"):
        read(data)


def test_another_zip_rubbish_and_a_part_that_claims_to_be_huge_are_refused_before_anything_is_inflated() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0-format.txt", bytes(10_000_000))
    huge = bytearray(tiny())
    huge[18:26] = struct.pack("<2L", 2**32 - 1, 2**32 - 1)
    for data in (bomb.getvalue(), b"", b"PK\x03\x04", bytes(1000), bytes(huge)):
        with pytest.raises(EvidenceFileInvalid):
            read(data)


def test_a_file_that_another_key_signed_anew_holds_but_names_that_key(tmp_path: Path) -> None:
    other = make_key_pair(tmp_path, "Somebody else", datetime.datetime.now(datetime.UTC))
    out = io.BytesIO()
    ArchiveWriter(out).finish(other)
    assert read(out.getvalue()).certificate != key_pair().certificate
