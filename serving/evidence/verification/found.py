"""What verifying a file found."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal

from cryptography import x509

from serving.evidence.signing.keys import fingerprint_of
from serving.evidence.signing.time_stamps import StampedTime


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
