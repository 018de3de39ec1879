"""The row that a page of accounts ended with, by the cursor of the next one, which is its id.

Names and times of accounts are in no cursor: it is part of an address, which proxies log.
"""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from serving.errors import CursorInvalid
from serving.principal import Principal
from serving.store.tables import ApiKeyRow, MemberRow, UserRow

Row = TypeVar("Row", ApiKeyRow, MemberRow, UserRow)


def row_at(session: Session, table: type[Row], principal: Principal, cursor: str) -> Row:
    """Give the row with the id that the cursor is; raises CursorInvalid, also where the caller may not see it."""
    row = session.get(table, cursor)
    if row is None or not (principal.is_operator or principal.member_id == row.member_id):
        raise CursorInvalid(
            "cursor: not one of this server, or what the page before ended with was removed; begin with the first page"
        )
    return row
