"""What verifying a file found."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal

from cryptography import x509

from serving.errors import EvidenceFileInvalid
from serving.evidence.signing.keys import fingerprint_of
from serving.evidence.signing.time_stamps import StampedTime


def require_key(certificate: x509.Certificate, key: str | None) -> None:
    """Raise EvidenceFileInvalid where a file was signed with another key than the verifier named."""
    found = fingerprint_of(certificate)
    if key is not None and found != key:
        raise EvidenceFileInvalid(
            f"the file was signed with the key {found}, and --key names {key}: another one signed it"
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A file whose every byte is what a key signed. `facts` are what it says, `limits` what that does not prove."""

    kind: Literal["zip", "pdf"]
    sha256: str  # of the bytes that the signature covers
    certificate: x509.Certificate
    time_stamps: tuple[StampedTime, ...] = ()
    facts: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate: whose key it is, only somebody who knows the signer can tell."""
        return fingerprint_of(self.certificate)

    @property
    def signer(self) -> str:
        return self.certificate.subject.rfc4514_string()

    @property
    def valid_until(self) -> datetime.datetime:
        return self.certificate.not_valid_after_utc
