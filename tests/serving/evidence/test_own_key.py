from __future__ import annotations

from pathlib import Path

from serving.evidence.config import EvidenceSettings
from serving.evidence.own_key import OWN_KEYS, with_own_key
from serving.evidence.signing.keys import CERTIFICATE_FILE, KEY_FILE, read_key_pair


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = with_own_key(EvidenceSettings(), tmp_path)
    assert first.key is not None
    assert first.certificate is not None
    assert (first.key.stat().st_mode & 0o777) == 0o600
    pem = first.key.read_bytes()
    assert with_own_key(EvidenceSettings(), tmp_path) == first
    assert first.key.read_bytes() == pem
    assert read_key_pair(first.key, first.certificate).certificate.subject.rfc4514_string().startswith("CN=Touchstone")


def test_a_start_that_was_killed_between_key_and_certificate_is_made_up_for(tmp_path: Path) -> None:
    (tmp_path / OWN_KEYS).mkdir()
    (tmp_path / OWN_KEYS / KEY_FILE).write_text("half")
    made = with_own_key(EvidenceSettings(), tmp_path)
    assert made.key is not None
    assert read_key_pair(made.key, tmp_path / OWN_KEYS / CERTIFICATE_FILE).fingerprint


def test_a_key_of_the_settings_and_a_shared_store_are_left_as_they_are(tmp_path: Path) -> None:
    named = EvidenceSettings(key=tmp_path / "mine.pem")
    assert with_own_key(named, tmp_path) is named
    shared = EvidenceSettings()
    assert with_own_key(shared, None) is shared
    assert not (tmp_path / OWN_KEYS).exists()
