"""Verifies a ZIP: every byte by its one form and its signature, and then whether its parts agree with each other."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, Final

from serving.errors import EvidenceFileInvalid
from serving.evidence.archive.layout import FORMAT_NAME
from serving.evidence.archive.part_names import ABOUT_NAME, REPORT_NAME, SUMS_NAME, sums_text
from serving.evidence.archive.reader import SignedArchive, read_archive
from serving.evidence.signing.keys import fingerprint_of
from serving.evidence.verification.audit_part import CHAIN_NAME, ENTRIES_NAME, AuditPart, read_audit_part
from serving.evidence.verification.found import Verified, require_key

_KEPT: Final = (ABOUT_NAME, ENTRIES_NAME, CHAIN_NAME, REPORT_NAME, SUMS_NAME)


class _Parts:
    """The SHA-256 of each part, and the bytes of those that are looked into."""

    def __init__(self) -> None:
        self.sha256s: dict[str, str] = {}
        self.kept: dict[str, bytes] = {}

    def keeps(self, name: str) -> bool:
        return name in _KEPT

    def take(self, name: str, sha256: str, size: int, data: bytes | None) -> None:
        self.sha256s[name] = sha256
        if data is not None:
            self.kept[name] = data


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedZip:
    """A ZIP that holds, with what is compared with things outside it."""

    verified: Verified
    archive: SignedArchive
    report: bytes | None
    audit_part: AuditPart | None


def verify_zip(file: Path, *, key: str | None = None) -> VerifiedZip:
    """Verify a ZIP; raises EvidenceFileInvalid or EvidenceVersionUnknown. Its time stamp and report are given back."""
    parts = _Parts()
    with file.open("rb") as stream:
        archive = read_archive(stream, file.stat().st_size, parts)
    require_key(archive.certificate, key)
    _require_sums(parts)
    audit_part = None
    if ENTRIES_NAME in parts.kept:
        audit_part = read_audit_part(parts.kept[ENTRIES_NAME], parts.kept.get(CHAIN_NAME, b""))
    about = _read_about(parts.kept.get(ABOUT_NAME, b""))
    facts = [
        f"{archive.parts} parts, {archive.bytes} bytes",
        f"about {about['subject']['kind']} {about['subject']['id']}, made {about['created_at']}",
    ]
    if about["key_sha256"] != fingerprint_of(archive.certificate):
        raise EvidenceFileInvalid(f"{ABOUT_NAME} names another key than the file was signed with")
    if audit_part is not None:
        facts.append(f"{audit_part.entries} entries of the audit log hold; its end was entry {audit_part.head}")
    verified = Verified(kind="zip", sha256=archive.sha256, certificate=archive.certificate, facts=tuple(facts))
    return VerifiedZip(verified=verified, archive=archive, report=parts.kept.get(REPORT_NAME), audit_part=audit_part)


def _require_sums(parts: _Parts) -> None:
    listed = [(name, sha256) for name, sha256 in parts.sha256s.items() if name not in (FORMAT_NAME, SUMS_NAME)]
    if parts.kept.get(SUMS_NAME) != sums_text(listed):
        raise EvidenceFileInvalid(f"{SUMS_NAME} does not list the parts as they are")


def _read_about(data: bytes) -> dict[str, Any]:
    try:
        about = json.loads(data)
        _ = about["subject"]["kind"], about["subject"]["id"], about["created_at"], about["key_sha256"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceFileInvalid(f"{ABOUT_NAME} is missing or cannot be read ({error})") from error
    read: dict[str, Any] = about
    return read
