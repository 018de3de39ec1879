"""The operator's key pair for evidence files: made by a command, and read from two PEM files."""

from __future__ import annotations

import dataclasses
import datetime
import os
import stat
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from serving.evidence.signing.algorithms import PrivateKey, PublicKey, algorithm_of
from vision.errors import ConfigError

KEY_FILE: Final = "evidence-key.pem"
CERTIFICATE_FILE: Final = "evidence-certificate.pem"
VALID_YEARS: Final = 10
MAX_PEM_BYTES: Final = 64 * 1024
_USABLE = "an ECDSA key on P-256, or an RSA key of at least 2,048 bits"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A private key with its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.certificate)


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Give the SHA-256 of the certificate's DER, 64 hex digits: what verifiers compare."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def make_key_pair(folder: Path, name: str, now: datetime.datetime) -> KeyPair:
    """Make a key that only its owner can read, with a self-signed certificate; raises ConfigError where one exists."""
    if not 0 < len(name) <= 64 or not name.isprintable():
        raise ConfigError(f"name: must be 1 to 64 printable characters, got {name[:80]!r}")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key, name, now)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write_new(folder / KEY_FILE, pem, 0o600)
    _write_new(folder / CERTIFICATE_FILE, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return KeyPair(key=key, certificate=certificate)


def read_key_pair(key_file: Path, certificate_file: Path) -> KeyPair:
    """Read a key and its certificate; raises ConfigError with what to change."""
    pem = _read(key_file, "evidence.key")
    if key_file.stat().st_mode & stat.S_IRWXO:
        raise ConfigError(f"evidence.key: every user of this machine may read {key_file}; run chmod 600 on it")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"evidence.key: {key_file} is no PEM of a private key without a password") from error
    certificate = read_certificate(_read(certificate_file, "evidence.certificate"), str(certificate_file))
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or algorithm_of(key) is None:
        raise ConfigError(f"evidence.key: {key_file} cannot sign evidence files; use {_USABLE}")
    if certificate.public_key() != key.public_key():
        raise ConfigError(f"evidence.certificate: {certificate_file} is not that of the key in {key_file}")
    return KeyPair(key=key, certificate=certificate)


def read_certificate(pem: bytes, named: str) -> x509.Certificate:
    """Read a PEM of one certificate whose key signs as evidence files need it; raises ConfigError."""
    try:
        return load_certificate(pem, serialization.Encoding.PEM)
    except ValueError as error:
        raise ConfigError(f"evidence.certificate: {named} cannot be used ({error})") from error


def load_certificate(data: bytes, encoding: serialization.Encoding) -> x509.Certificate:
    """Load a certificate from PEM or DER; raises ValueError, also where its key is of another kind."""
    load = x509.load_pem_x509_certificate if encoding is serialization.Encoding.PEM else x509.load_der_x509_certificate
    try:
        certificate = load(data)
        public_key_of(certificate)
    except (x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    return certificate


def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """Give the certificate's key; raises ValueError where it is of another kind than evidence files have."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) or algorithm_of(key) is None:
        raise ValueError(f"its key must be {_USABLE}")
    return key


def _self_signed(key: ec.EllipticCurvePrivateKey, name: str, now: datetime.datetime) -> x509.Certificate:
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=365 * VALID_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _write_new(file: Path, data: bytes, mode: int) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise ConfigError(f"{file} exists; name another folder, since files signed with it need its key") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be written ({error.strerror}); name another folder") from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def _read(file: Path, setting: str) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_PEM_BYTES)
    except OSError as error:
        raise ConfigError(
            f"{setting}: {file} cannot be read ({error.strerror}); make one with `touchstone evidence keys`"
        ) from error
