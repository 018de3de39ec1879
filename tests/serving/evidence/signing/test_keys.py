from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from serving.evidence.signing.keys import CERTIFICATE_FILE, KEY_FILE, make_key_pair, read_key_pair
from vision.errors import ConfigError

NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_key_pair(tmp_path, "Example Märkt", NOW)
    return tmp_path


def test_a_key_that_was_made_is_read_back_and_nobody_else_may_read_it(folder: Path) -> None:
    pair = read_key_pair(folder / KEY_FILE, folder / CERTIFICATE_FILE)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert len(pair.fingerprint) == 64
    assert "Example Märkt" in pair.certificate.subject.rfc4514_string()
    assert pair.certificate.not_valid_after_utc > NOW + datetime.timedelta(days=3600)


def test_a_key_is_never_overwritten(folder: Path) -> None:
    before = (folder / KEY_FILE).read_bytes()
    with pytest.raises(ConfigError, match="exists; name another folder"):
        make_key_pair(folder, "Another", NOW)
    assert (folder / KEY_FILE).read_bytes() == before


@pytest.mark.parametrize("name", ["", "x" * 65, "line\nbreak"])
def test_a_name_that_no_certificate_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="1 to 64 printable"):
        make_key_pair(tmp_path, name, NOW)


def test_what_cannot_be_used_is_refused_by_the_setting_that_names_it(folder: Path, tmp_path: Path) -> None:
    key, certificate = folder / KEY_FILE, folder / CERTIFICATE_FILE
    other = tmp_path / "other"
    make_key_pair(other, "Other", NOW)
    foreign = tmp_path / "ed25519.pem"
    private = ed25519.Ed25519PrivateKey.generate()
    foreign.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    foreign.chmod(0o600)
    for key_file, certificate_file, message in (
        (folder / "none.pem", certificate, "evidence.key: .* cannot be read"),
        (certificate, certificate, "evidence.key: every user of this machine may read"),
        (foreign, certificate, "use an ECDSA key on P-256, or an RSA key"),
        (key, key, "evidence.certificate: .* cannot be used"),
        (key, other / CERTIFICATE_FILE, "is not that of the key"),
    ):
        with pytest.raises(ConfigError, match=message):
            read_key_pair(key_file, certificate_file)
