from __future__ import annotations

import random
from pathlib import Path

import pytest

from serving.errors import EvidenceFileInvalid, ServingError
from serving.evidence.verification.verify import (
    LOG_NOT_COMPARED,
    NOT_STAMPED,
    SELF_CONSISTENT,
    read_authorities,
    verify_file,
)
from tests.serving.evidence.evidence_keys import key_pair, log_text, small_pdf, small_zip, stamper_pem
from vision.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(small_zip())
    return path


def test_with_key_log_and_authority_nothing_is_left_open(file: Path, tmp_path: Path) -> None:
    log, authority = tmp_path / "log.jsonl", tmp_path / "authority.pem"
    log.write_text(log_text())
    authority.write_bytes(stamper_pem())
    found = verify_file(file, key=key_pair().fingerprint, audit_log=log, authorities=read_authorities(authority))
    assert found.limits == ()
    assert found.time_stamps[0].trusted
    assert found.facts[-1].startswith("4 hashes of the audit log")


def test_without_them_it_names_what_it_does_not_show(file: Path, tmp_path: Path) -> None:
    limits = verify_file(file).limits
    assert limits[:2] == (SELF_CONSISTENT, LOG_NOT_COMPARED)
    assert "whether to trust that authority" in limits[2]
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(small_pdf(stamped=False))
    assert verify_file(pdf).limits == (SELF_CONSISTENT, NOT_STAMPED)


def test_another_key_and_another_log_are_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(EvidenceFileInvalid, match="--key names 0000"):
        verify_file(file, key="0" * 64)
    (tmp_path / "log.jsonl").write_text("")
    with pytest.raises(EvidenceFileInvalid, match="has 0 of the 4 entries"):
        verify_file(file, audit_log=tmp_path / "log.jsonl")
    with pytest.raises(ConfigError, match="cannot be read"):
        verify_file(file, audit_log=tmp_path / "none.jsonl")
    (tmp_path / "report.pdf").write_bytes(small_pdf())
    with pytest.raises(EvidenceFileInvalid, match="give the ZIP"):
        verify_file(tmp_path / "report.pdf", audit_log=tmp_path / "log.jsonl")


@pytest.mark.parametrize("make", [small_zip, small_pdf])
def test_random_flips_cuts_and_appends_are_found_in_both_kinds(make: object, tmp_path: Path) -> None:
    """A sample; benchmarks/evidence/changed_bytes.py makes as many as docs/results.md says."""
    data: bytes = make()  # type: ignore[operator]
    rng, path = random.Random(1), tmp_path / "changed"
    for number in range(60):
        changed = bytearray(data)
        if number < 50:
            changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        elif number % 2:
            del changed[rng.randrange(len(data)) :]
        else:
            changed += rng.randbytes(rng.randint(1, 50))
        path.write_bytes(changed)
        with pytest.raises(ServingError):
            verify_file(path)


def test_what_is_no_certificate_of_an_authority_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rubbish.pem").write_bytes(b"rubbish")
    with pytest.raises(ConfigError, match="no PEM of certificates"):
        read_authorities(tmp_path / "rubbish.pem")
