"""A key pair, a small signed PDF and ZIP, and a stamper on this machine, which no one else trusts: it says so."""

from __future__ import annotations

import datetime
import functools
import io
import tempfile
from pathlib import Path

from asn1crypto import x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import JsonValue
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from reportlab.pdfgen.canvas import Canvas

from serving.audit_log.canonical_json import canonical_json
from serving.audit_log.entry import SealedEntry, as_json
from serving.evidence.archive.part_names import ABOUT_NAME, REPORT_NAME, SUMS_NAME, sums_text
from serving.evidence.archive.writer import ArchiveWriter
from serving.evidence.signing.keys import KEY_FILE, KeyPair, make_key_pair
from serving.evidence.signing.pdf_signing import sign_pdf
from serving.evidence.signing.time_stamps import stamp_sha256
from serving.evidence.verification.audit_part import CHAIN_NAME, ENTRIES_NAME
from tests.serving.audit_log.entries import make_chain

STAMPER_NAME = "a local stamper of the tests, trusted by nobody"


@functools.cache
def key_pair() -> KeyPair:
    with tempfile.TemporaryDirectory() as folder:
        return make_key_pair(Path(folder), "Example Market", datetime.datetime.now(datetime.UTC))


def write_key_pair(folder: Path) -> Path:
    """Write a key pair of its own into a folder; gives the key's file."""
    make_key_pair(folder, "Example Market", datetime.datetime.now(datetime.UTC))
    return folder / KEY_FILE


@functools.cache
def _stamper_key() -> tuple[rsa.RSAPrivateKey, certificates.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    name = certificates.Name([certificates.NameAttribute(certificates.oid.NameOID.COMMON_NAME, STAMPER_NAME)])
    now = datetime.datetime.now(datetime.UTC)
    usage = certificates.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    purpose = certificates.ExtendedKeyUsage([certificates.oid.ExtendedKeyUsageOID.TIME_STAMPING])
    certificate = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(purpose, critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def stamper_pem() -> bytes:
    return _stamper_key()[1].public_bytes(Encoding.PEM)


def stamper_certificate() -> x509.Certificate:
    return x509.Certificate.load(_stamper_key()[1].public_bytes(Encoding.DER))


def local_stamper() -> DummyTimeStamper:
    der = _stamper_key()[0].private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(stamper_certificate(), PrivateKeyInfo.load(der))


@functools.cache
def small_pdf(*, stamped: bool = True) -> bytes:
    """A signed PDF of one page."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 100, "an evidence report")
    canvas.save()
    return sign_pdf(out.getvalue(), key_pair(), local_stamper() if stamped else None)


@functools.cache
def small_zip(*, stamped: bool = True) -> bytes:
    """A signed ZIP with all that a verifier looks into: two entries of a log of five, a photo and a report."""
    chain = _chain()
    head: JsonValue = {"sequence": 5, "hash": chain[-1].hash}
    entries = "".join(canonical_json({**as_json(chain[at]), "private": None}) + "\n" for at in (1, 3))
    about: JsonValue = {
        "created_at": "2026-11-26T12:00:00.000Z",
        "key_sha256": key_pair().fingerprint,
        "subject": {"id": "c-1", "kind": "check"},
    }
    parts = {
        CHAIN_NAME: canonical_json({"first": 2, "hashes": [one.hash for one in chain[1:]], "head": head}).encode(),
        ENTRIES_NAME: entries.encode(),
        "checks/001/photo-00-received.jpg": b"\xff\xd8 a photo",
        ABOUT_NAME: canonical_json(about).encode(),
        REPORT_NAME: small_pdf(stamped=stamped),
    }
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    for name in sorted(parts):
        writer.add(name, parts[name])
    writer.add(SUMS_NAME, sums_text(writer.sha256s[1:]))
    writer.finish(key_pair(), (lambda digest: stamp_sha256(local_stamper(), digest)) if stamped else None)
    return out.getvalue()


@functools.cache
def _chain() -> list[SealedEntry]:
    return make_chain(5)  # once, since each has salts of its own


def log_text() -> str:
    """The whole log that the ZIP has a part of."""
    return "".join(canonical_json(as_json(entry)) + "\n" for entry in _chain())
