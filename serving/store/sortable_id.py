"""Ids of checks and events: UUIDs of version 7 (RFC 9562), which sort by time and cannot be guessed."""

from __future__ import annotations

import datetime
import secrets
import uuid

from serving.clock import utc_now

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MILLISECOND = datetime.timedelta(milliseconds=1)


def new_id(made_at: datetime.datetime | None = None) -> str:
    """Give 48 bits of Unix milliseconds, of `made_at` or now, and 74 random bits, as 36 lowercase characters."""
    milliseconds = ((made_at or utc_now()) - _EPOCH) // _MILLISECOND
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62)))


def time_of(made: str) -> datetime.datetime:
    """Give when an id was made, to the millisecond, in UTC."""
    return datetime.datetime.fromtimestamp((uuid.UUID(made).int >> 80) / 1000, datetime.UTC)


def first_id_at(moment: datetime.datetime) -> str:
    """Give the id that sorts before every id made at this moment or later, and after every earlier one."""
    milliseconds = min(max(round(moment.timestamp() * 1000), 0), 0xFFFF_FFFF_FFFF)
    return str(uuid.UUID(int=milliseconds << 80))
