"""Writes the ZIP part by part, in flat memory, and signs all of it."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable
from typing import BinaryIO

from cryptography.hazmat.primitives.serialization import Encoding

from serving.audit_log.canonical_json import canonical_json
from serving.errors import EvidenceTooLarge
from serving.evidence.archive.layout import (
    CERTIFICATE_NAME,
    FORMAT_NAME,
    FORMAT_TEXT,
    MAX_BYTES,
    MAX_PARTS,
    SIGNATURE_NAME,
    TIME_STAMP_NAME,
    Part,
    central_directory,
    is_name,
    local_header,
)
from serving.evidence.signing.algorithms import algorithm_of, sign_sha256
from serving.evidence.signing.keys import KeyPair
from serving.evidence.version import FORMAT

Stamp = Callable[[bytes], bytes]  # a SHA-256 in, the DER of a time-stamp token (RFC 3161) out


class ArchiveWriter:
    """Writes parts to a stream, in the order of their names; `finish` adds the signature.

    What is signed is every byte before the signature's own part. What follows can only be written in one way.
    """

    def __init__(self, stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> None:
        self._stream = stream
        self._max_bytes = min(max_bytes, MAX_BYTES)
        self._parts: list[Part] = []
        self._written = hashlib.sha256()
        self._offset = 0
        self.sha256s: list[tuple[str, str]] = []  # of each part, by name, in order
        self.add(FORMAT_NAME, FORMAT_TEXT)

    def add(self, name: str, data: bytes) -> None:
        """Add a part whose name comes after that of the part before; raises EvidenceTooLarge."""
        if not is_name(name):
            raise ValueError(f"{name!r} is no name of a part")
        if self._parts and name <= self._parts[-1].name:
            raise ValueError(f"{name!r} does not come after {self._parts[-1].name!r}")
        if self._offset + len(data) > self._max_bytes or len(self._parts) >= MAX_PARTS:
            raise EvidenceTooLarge(
                f"the evidence file would have more than {self._max_bytes} bytes or {MAX_PARTS} parts; export its "
                "checks one by one, or raise evidence.max_bytes"
            )
        crc32 = zlib.crc32(data)
        self._parts.append(Part(name=name, size=len(data), crc32=crc32, offset=self._offset))
        self.sha256s.append((name, hashlib.sha256(data).hexdigest()))
        self._write(local_header(name, len(data), crc32))
        self._write(data)

    def finish(self, key_pair: KeyPair, stamp: Stamp | None = None) -> str:
        """Add the certificate, the time stamp and the signature; gives the SHA-256 that was signed."""
        self.add(CERTIFICATE_NAME, key_pair.certificate.public_bytes(Encoding.PEM))
        if stamp is not None:
            self.add(TIME_STAMP_NAME, stamp(self._written.digest()))
        digest, signed_bytes = self._written.digest(), self._offset
        signature = sign_sha256(key_pair.key, digest)
        self.add(SIGNATURE_NAME, signature_text(algorithm_of(key_pair.key), digest, signed_bytes, signature))
        self._stream.write(central_directory(self._parts, self._offset))
        return digest.hex()

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._written.update(data)
        self._offset += len(data)


def signature_text(algorithm: str | None, digest: bytes, signed_bytes: int, signature: bytes) -> bytes:
    """Give the part that has the signature, in the one way in which it is written."""
    return canonical_json(
        {
            "algorithm": algorithm,
            "format": FORMAT,
            "sha256": digest.hex(),
            "signature": base64.b64encode(signature).decode("ascii"),
            "signed_bytes": signed_bytes,
        }
    ).encode("ascii")
