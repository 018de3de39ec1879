"""The one form of the ZIP: nothing compressed, names in order, fixed times, no extras, no comments.

For the same parts there is one file, so a reader can write it again and compare. Nothing inflates. The records are
those of PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import dataclasses
import re
import struct
from collections.abc import Sequence
from typing import Final

from serving.evidence.version import FORMAT

FORMAT_NAME: Final = "0-format.txt"  # first by name, so that a file of another version is known by its first bytes
FORMAT_TEXT: Final = f"touchstone evidence, format {FORMAT}\n".encode()
CERTIFICATE_NAME: Final = "signature/1-certificate.pem"
TIME_STAMP_NAME: Final = "signature/2-time-stamp.tsr"
SIGNATURE_NAME: Final = "signature/3-signature.json"  # last by name: it signs every byte before itself
NAME: Final = re.compile(r"[0-9a-z][0-9a-z._-]*(/[0-9a-z][0-9a-z._-]*)*")
MAX_NAME_BYTES: Final = 200
MAX_PARTS: Final = 10_000
MAX_BYTES: Final = 2**32 - 2**24  # of the whole file: sizes and offsets have 32 bits, and there is no ZIP64

LOCAL_SIGNATURE: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
LOCAL_BYTES: Final = _LOCAL.size
_VERSION: Final = 20
_DATE: Final = 0x21  # 1980-01-01, the earliest that the form has


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the archive; `offset` is that of its local header."""

    name: str
    size: int
    crc32: int
    offset: int


def local_header(name: str, size: int, crc32: int) -> bytes:
    """Give what stands before a part's bytes."""
    raw = name.encode("ascii")
    return _LOCAL.pack(LOCAL_SIGNATURE, _VERSION, 0, 0, 0, _DATE, crc32, size, size, len(raw), 0) + raw


def read_local_header(header: bytes) -> tuple[int, int, int]:
    """Give size, CRC-32 and length of the name that a local header of LOCAL_BYTES says; its other fields are compared
    by writing it again."""
    fields = _LOCAL.unpack(header)
    return fields[8], fields[6], fields[9]


def central_directory(parts: Sequence[Part], offset: int) -> bytes:
    """Give everything that follows the last part, which ends at `offset`."""
    records = b"".join(
        _CENTRAL.pack(
            b"PK\x01\x02", _VERSION, _VERSION, 0, 0, 0, _DATE, part.crc32, part.size, part.size, len(part.name),
            0, 0, 0, 0, 0, part.offset,
        )
        + part.name.encode("ascii")
        for part in parts
    )  # fmt: skip
    count = len(parts)
    return records + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(records), offset, 0)


def is_name(name: str) -> bool:
    """Whether a part may have this name: no path leaves the folder that it is unpacked into, on any system."""
    return len(name) <= MAX_NAME_BYTES and NAME.fullmatch(name) is not None
