"""Reads the ZIP of an evidence file from its first byte to its last, and requires that it is in its one form.

Nothing is believed before it was compared: headers are written again from what they say, and everything behind the
last part too. So a file that is read to its end differs from what was written only within parts, which the signature
covers.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from serving.errors import EvidenceFileInvalid, EvidenceVersionUnknown
from serving.evidence.archive.layout import (
    CERTIFICATE_NAME,
    FORMAT_NAME,
    FORMAT_TEXT,
    LOCAL_BYTES,
    LOCAL_SIGNATURE,
    MAX_BYTES,
    MAX_NAME_BYTES,
    MAX_PARTS,
    SIGNATURE_NAME,
    TIME_STAMP_NAME,
    Part,
    central_directory,
    is_name,
    local_header,
    read_local_header,
)
from serving.evidence.archive.writer import signature_text
from serving.evidence.signing.algorithms import PublicKey, algorithm_of, signature_holds
from serving.evidence.signing.keys import load_certificate, public_key_of
from serving.evidence.version import FORMAT

_CHUNK = 1 << 20
MAX_KEPT_BYTES = 64 * 2**20  # of parts that a visitor asks to keep: texts and the report, not photos


class Visitor(Protocol):
    """What looks at parts while they are read."""

    def keeps(self, name: str) -> bool:
        """Whether the bytes of a part are wanted."""

    def take(self, name: str, sha256: str, size: int, data: bytes | None) -> None:
        """Take a part that was read to its end; `data` where it was asked for."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SignedArchive:
    """An archive whose bytes are exactly those that its certificate's key signed."""

    certificate: x509.Certificate
    sha256: str  # that was signed
    stamped_sha256: bytes | None  # the digest that the time stamp is of
    time_stamp: bytes | None
    parts: int
    bytes: int


class _Reader:
    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self._size = stream, size
        self.offset = 0
        self.digest = hashlib.sha256()

    def read(self, count: int) -> bytes:
        """Give the next bytes; raises EvidenceFileInvalid where the file ends before."""
        data = self._stream.read(count) if count <= self._size - self.offset else b""
        if len(data) != count:
            raise EvidenceFileInvalid(f"the file ends after {self._size} bytes, in the middle of a part: it was cut")
        self.offset += count
        return data


def read_archive(stream: BinaryIO, size: int, visitor: Visitor) -> SignedArchive:
    """Read a file of `size` bytes; raises EvidenceFileInvalid or EvidenceVersionUnknown with what is wrong."""
    if size > MAX_BYTES + 2**24:
        raise EvidenceFileInvalid(f"the file has {size} bytes; an evidence file has at most {MAX_BYTES}")
    reader = _Reader(stream, size)
    parts: list[Part] = []
    kept: dict[str, bytes] = {}
    before = {}  # the digest of all that stands before a part
    while not parts or parts[-1].name != SIGNATURE_NAME:
        digest_before, start = reader.digest.copy(), reader.offset
        part, sha256, data = _read_part(reader, parts, visitor)
        if part.name.startswith("signature/"):
            before[part.name] = (digest_before.digest(), start)
            kept[part.name] = data or b""
        else:
            visitor.take(part.name, sha256, part.size, data if visitor.keeps(part.name) else None)
        parts.append(part)
    if stream.read(size - reader.offset + 1) != central_directory(parts, reader.offset):
        raise EvidenceFileInvalid("what follows the last part is not what was written: it was changed, cut or added to")
    certificate, key = _certificate(kept.get(CERTIFICATE_NAME, b""))
    digest, signed_bytes = before[SIGNATURE_NAME]
    _require_signature(kept[SIGNATURE_NAME], key, digest, signed_bytes)
    unknown = set(kept) - {CERTIFICATE_NAME, TIME_STAMP_NAME, SIGNATURE_NAME}
    if unknown:
        raise EvidenceFileInvalid(f"the part {min(unknown)!r} is none of an evidence file")
    stamped = before.get(TIME_STAMP_NAME)
    return SignedArchive(
        certificate=certificate,
        sha256=digest.hex(),
        stamped_sha256=None if stamped is None else stamped[0],
        time_stamp=kept.get(TIME_STAMP_NAME),
        parts=len(parts),
        bytes=size,
    )


def _read_part(reader: _Reader, parts: list[Part], visitor: Visitor) -> tuple[Part, str, bytes | None]:
    offset = reader.offset
    header = reader.read(LOCAL_BYTES)
    if not header.startswith(LOCAL_SIGNATURE):
        raise EvidenceFileInvalid(
            f"at byte {offset} stands no part of an evidence file: it was changed there, or is another file"
        )
    size, crc32, name_bytes = read_local_header(header)
    if name_bytes > MAX_NAME_BYTES:
        raise EvidenceFileInvalid(f"at byte {offset} a name has {name_bytes} bytes; the longest has {MAX_NAME_BYTES}")
    raw_name = reader.read(name_bytes)
    name = raw_name.decode("ascii", "replace")
    if not is_name(name) or header + raw_name != local_header(name, size, crc32):
        raise EvidenceFileInvalid(f"at byte {offset} the header of the part {name[:80]!r} was changed")
    if parts and name <= parts[-1].name:
        raise EvidenceFileInvalid(f"the part {name!r} does not come after {parts[-1].name!r}: parts were moved")
    if len(parts) >= MAX_PARTS:
        raise EvidenceFileInvalid(f"the file has more than {MAX_PARTS} parts")
    reader.digest.update(header + raw_name)
    keeps = not parts or name.startswith("signature/") or visitor.keeps(name)
    sha256, data = _read_data(reader, name, size, crc32, keeps=keeps)
    if not parts:
        _require_format(name, data or b"")
    return Part(name=name, size=size, crc32=crc32, offset=offset), sha256, data


def _read_data(reader: _Reader, name: str, size: int, crc32: int, *, keeps: bool) -> tuple[str, bytes | None]:
    if keeps and size > MAX_KEPT_BYTES:
        raise EvidenceFileInvalid(f"the part {name!r} has {size} bytes; at most {MAX_KEPT_BYTES} are expected there")
    chunks: list[bytes] = []
    sha256, found_crc32, left = hashlib.sha256(), 0, size
    while left:
        chunk = reader.read(min(left, _CHUNK))
        left -= len(chunk)
        sha256.update(chunk)
        reader.digest.update(chunk)
        found_crc32 = zlib.crc32(chunk, found_crc32)
        if keeps:
            chunks.append(chunk)
    if found_crc32 != crc32:
        raise EvidenceFileInvalid(f"the part {name!r} was changed: its CRC-32 is not that of its bytes")
    return sha256.hexdigest(), b"".join(chunks) if keeps else None


def _require_format(name: str, text: bytes) -> None:
    if name != FORMAT_NAME:
        raise EvidenceFileInvalid(f"the first part is {name[:80]!r}: this is a ZIP, and no evidence file")
    if text == FORMAT_TEXT:
        return
    found = text.decode("ascii", "replace").strip()
    if text.startswith(b"touchstone evidence, format "):
        raise EvidenceVersionUnknown(
            f"the file says {found[:80]!r}, and this version verifies format {FORMAT}; use a version of touchstone "
            "that knows it"
        )
    raise EvidenceFileInvalid(f"the file says {found[:80]!r} where an evidence file names its format")


def _certificate(pem: bytes) -> tuple[x509.Certificate, PublicKey]:
    try:
        certificate = load_certificate(pem, Encoding.PEM)
        return certificate, public_key_of(certificate)
    except ValueError as error:
        raise EvidenceFileInvalid(f"{CERTIFICATE_NAME} is missing or cannot be used ({error})") from error


def _require_signature(text: bytes, key: PublicKey, digest: bytes, signed_bytes: int) -> None:
    """Require that the part is written in the one way and that the signature in it holds."""
    read: Callable[[], bytes] = lambda: base64.b64decode(json.loads(text)["signature"], validate=True)  # noqa: E731
    try:
        signature = read()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceFileInvalid(f"{SIGNATURE_NAME} has no signature that can be read") from error
    if text != signature_text(algorithm_of(key), digest, signed_bytes, signature) or not signature_holds(
        key, signature, digest
    ):
        raise EvidenceFileInvalid(
            "the signature does not hold: bytes before it were changed, or it was made by another key"
        )
