"""Cursors of lists: what the `next_cursor` of a page is made of, and how one that is sent is read.

A cursor is the id or the number of the last entry, or, where a list has several orders, the order and the place in it.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import uuid
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from serving.errors import CursorInvalid

T = TypeVar("T")
Part = str | int | float | bool | None
UNKNOWN: Final = "cursor: not one of this server; send next_cursor of the page before, unchanged"


def page_of(found: Sequence[T], limit: int, cursor: Callable[[T], str]) -> tuple[list[T], str | None]:
    """Give the first `limit` entries of what was found, and their `next_cursor`: None where nothing follows them.

    `limit` is above zero, and one more than that is to be looked for, since it tells whether something follows.
    """
    shown = list(found[:limit])
    return shown, cursor(shown[-1]) if len(found) > limit else None


def id_in(cursor: str | None) -> str | None:
    """Give the id that a cursor is, None without one; raises CursorInvalid."""
    try:
        return None if cursor is None else str(uuid.UUID(cursor))
    except ValueError as error:
        raise CursorInvalid(UNKNOWN) from error


def number_in(cursor: str | None, *, highest: int) -> int | None:
    """Give the number from 0 to `highest` that a cursor is, None without one; raises CursorInvalid."""
    if cursor is None:
        return None
    is_number = cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(highest))
    if not is_number or int(cursor) > highest:
        raise CursorInvalid(UNKNOWN)
    return int(cursor)


def cursor_of(sort: str, *place: Part) -> str:
    """Give the cursor of a place in a list of this order."""
    text = json.dumps([sort, *place], separators=(",", ":"), allow_nan=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def place_in(cursor: str, sort: str, parts: int) -> list[Part]:
    """Give the place of that many parts that a cursor has; raises CursorInvalid, also where it is of another order."""
    try:
        found: list[Part] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        made_for, *place = found
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is in no stored text
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise CursorInvalid(UNKNOWN) from error
    if made_for != sort and isinstance(made_for, str):
        raise CursorInvalid(f"cursor: made with sort={made_for[:20]}, sent with sort={sort}; keep the sort of its page")
    if made_for != sort or len(place) != parts or not all(map(_is_part, place)):
        raise CursorInvalid(UNKNOWN)
    return place


def _is_part(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value  # which PostgreSQL refuses
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, int) and abs(value) < 2**63)
