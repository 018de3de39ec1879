"""How API keys look: `touchstone_ID_SECRET`, which people and programs that search for leaked secrets recognise.

The id has 12 characters, and the secret 43, which is 256 random bits, followed by 6 of a CRC-32 of all before it. Every
character is a letter or a digit. So `touchstone_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}` finds keys, the checksum leaves out
nearly all else that looks like one, and a key that was copied in part is refused without asking the store.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import secrets
import string
import zlib

PREFIX = "touchstone_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_LENGTH = 12
SECRET_LENGTH = 43  # 62 ** 43 is more than 2 ** 256
CHECKSUM_LENGTH = 6
PATTERN = re.compile(
    rf"{PREFIX}([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}}([0-9A-Za-z]{{{CHECKSUM_LENGTH}}})"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """A key as it is shown once; the store keeps `key_id` and the SHA-256 of `token`."""

    key_id: str
    token: str


def make_secret() -> NewSecret:
    """Make a key that nobody can guess."""
    key_id = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
    unsigned = f"{PREFIX}{key_id}_{_encode(secrets.randbits(256), SECRET_LENGTH)}"
    return NewSecret(key_id=key_id, token=unsigned + _checksum(unsigned))


def key_id_of(token: str) -> str | None:
    """Give the id of a key, None for text that is none or that was not copied whole."""
    found = PATTERN.fullmatch(token)
    if found is None or found[2] != _checksum(token[:-CHECKSUM_LENGTH]):
        return None
    return found[1]


def shown_prefix(key_id: str) -> str:
    """Give the beginning of a key, by which people know it again."""
    return f"{PREFIX}{key_id}"


def hash_token(token: str) -> str:
    """Give the SHA-256 as hexadecimal text. A secret of 256 random bits needs no slow hash: nobody can try them all."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _checksum(text: str) -> str:
    return _encode(zlib.crc32(text.encode("ascii")), CHECKSUM_LENGTH)


def _encode(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
