"""Ids of checks: UUIDs of version 7 (RFC 9562), which sort by time and cannot be guessed."""

from __future__ import annotations

import secrets
import time
import uuid


def new_check_id() -> str:
    """Give 48 bits of Unix milliseconds and 74 random bits, as 36 characters of lowercase UUID text."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62)))
