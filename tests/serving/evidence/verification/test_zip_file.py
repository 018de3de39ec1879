from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from serving.errors import EvidenceFileInvalid
from serving.evidence.archive.part_names import ABOUT_NAME
from serving.evidence.archive.writer import ArchiveWriter
from serving.evidence.verification.zip_file import verify_zip
from tests.serving.evidence.evidence_keys import key_pair, small_zip


def rewritten(file: Path, **changed: bytes) -> Path:
    """The small ZIP with other parts, signed anew: what only a mistake of ours, or the signer, could make."""
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    archive = zipfile.ZipFile(io.BytesIO(small_zip()))
    for name in archive.namelist():
        if not name.startswith(("signature/", "0-")):
            writer.add(name, changed.get(name, archive.read(name)))
    writer.finish(key_pair())
    file.write_bytes(out.getvalue())
    return file


def test_a_zip_that_holds_gives_its_facts_and_what_else_is_to_be_verified(tmp_path: Path) -> None:
    file = tmp_path / "evidence.zip"
    file.write_bytes(small_zip())
    found = verify_zip(file)
    assert found.report is not None
    assert found.audit_part is not None
    assert found.verified.facts[1:] == (
        "about check c-1, made 2026-11-26T12:00:00.000Z",
        "2 entries of the audit log hold; its end was entry 5",
    )


def test_parts_that_disagree_are_refused_although_they_were_signed(tmp_path: Path) -> None:
    with pytest.raises(EvidenceFileInvalid, match="does not list the parts as they are"):
        verify_zip(rewritten(tmp_path / "a.zip", **{"checks/001/photo-00-received.jpg": b"another"}))
    with pytest.raises(EvidenceFileInvalid, match="does not list the parts as they are"):
        verify_zip(rewritten(tmp_path / "b.zip", **{ABOUT_NAME: b"no json"}))
