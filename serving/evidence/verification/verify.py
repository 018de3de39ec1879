"""Verifies an evidence file of either kind, with what the verifier knows: the key, the log, the authorities."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from asn1crypto import pem, x509

from serving.errors import EvidenceFileInvalid
from serving.evidence.archive.layout import LOCAL_SIGNATURE
from serving.evidence.signing.time_stamps import StampedTime, read_time_stamp
from serving.evidence.verification.audit_part import AuditPart, compare_with_log
from serving.evidence.verification.found import Verified
from serving.evidence.verification.pdf_file import MAX_PDF_BYTES, PDF_MAGIC, verify_pdf
from serving.evidence.verification.zip_file import VerifiedZip, verify_zip
from vision.errors import ConfigError

MAX_AUTHORITY_BYTES: Final = 1 << 20
SELF_CONSISTENT: Final = (
    "without --key this shows only that the file is unchanged since somebody with this key made it: compare the key's "
    "SHA-256 with the one that the operator published"
)
LOG_NOT_COMPARED: Final = (
    "that no other entry about it was left out, and that the log was not written anew, only --audit-log with an export "
    "of the whole log can tell"
)
NOT_STAMPED: Final = "no time stamp: when it was made rests on the signer's word"


def verify_file(
    file: Path,
    *,
    key: str | None = None,
    audit_log: Path | None = None,
    authorities: Sequence[x509.Certificate] = (),
) -> Verified:
    """Verify a ZIP or a PDF; raises EvidenceFileInvalid or EvidenceVersionUnknown with what is wrong.

    `key` is the SHA-256 of the certificate that the file must be signed with.
    """
    with file.open("rb") as stream:
        magic = stream.read(len(PDF_MAGIC))
    if magic.startswith(LOCAL_SIGNATURE):
        verified, part = _of_zip(verify_zip(file, key=key), authorities)
    elif magic == PDF_MAGIC:
        if file.stat().st_size > MAX_PDF_BYTES:
            raise EvidenceFileInvalid(f"the PDF has more than {MAX_PDF_BYTES} bytes")
        verified, part = verify_pdf(file.read_bytes(), authorities, key=key), None
    else:
        raise EvidenceFileInvalid("the file is neither a ZIP nor a PDF of an evidence file, or its first bytes changed")
    facts, limits = list(verified.facts), list(verified.limits)
    if key is None:
        limits.append(SELF_CONSISTENT)
    if audit_log is not None:
        facts.append(_compared(part, audit_log))
    elif part is not None:
        limits.append(LOG_NOT_COMPARED)
    limits += _limits_of_time(verified.time_stamps)
    return dataclasses.replace(verified, facts=tuple(facts), limits=tuple(limits))


def read_authorities(file: Path) -> list[x509.Certificate]:
    """Read the PEM of the authorities that a verifier trusts; raises ConfigError."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_AUTHORITY_BYTES)
        found = [x509.Certificate.load(der, strict=True) for _, _, der in pem.unarmor(data, multiple=True)]
        for certificate in found:
            _ = certificate.subject.native
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"--authority: {file} is no PEM of certificates ({error})") from error
    return found


def _of_zip(found: VerifiedZip, authorities: Sequence[x509.Certificate]) -> tuple[Verified, AuditPart | None]:
    """Verify the time stamp and the report of a ZIP that holds."""
    stamps: list[StampedTime] = []
    archive, facts = found.archive, list(found.verified.facts)
    if archive.time_stamp is not None and archive.stamped_sha256 is not None:
        stamps.append(read_time_stamp(archive.time_stamp, archive.stamped_sha256, authorities))
    if found.report is not None:
        report = verify_pdf(found.report, authorities)
        if report.fingerprint != found.verified.fingerprint:
            raise EvidenceFileInvalid("the report in the ZIP was signed with another key than the ZIP")
        facts.append("the report in it, a PDF with a signature of its own, holds")
    return dataclasses.replace(found.verified, time_stamps=tuple(stamps), facts=tuple(facts)), found.audit_part


def _compared(part: AuditPart | None, audit_log: Path) -> str:
    if part is None:
        raise EvidenceFileInvalid("--audit-log: this file has no part of the audit log to compare; give the ZIP")
    try:
        with audit_log.open(encoding="utf-8", errors="surrogateescape") as lines:
            return f"{compare_with_log(part, lines)} hashes of the audit log are those of {audit_log}, which holds"
    except OSError as error:
        raise ConfigError(f"--audit-log: {audit_log} cannot be read ({error.strerror})") from error


def _limits_of_time(stamps: Sequence[StampedTime]) -> list[str]:
    if not stamps:
        return [NOT_STAMPED]
    return [
        f"the time stamp by {stamp.authority} holds; whether to trust that authority, --authority with its certificate "
        "can tell"
        for stamp in stamps
        if not stamp.trusted
    ]
