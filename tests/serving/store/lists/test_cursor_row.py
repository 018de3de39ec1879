from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from serving.errors import CursorInvalid
from serving.principal import SERVER, Principal
from serving.store.lists.cursor_row import row_at
from serving.store.tables import MemberRow
from tests.serving.builders.cases.decided_cases import add_members
from tests.serving.builders.cases.new_cases import MUGS, TOYS
from tests.serving.builders.stores import Place, opened


def test_the_row_of_a_cursor_is_found_by_who_sees_it(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)

    async def prepare() -> None:
        async with opened(place) as store:
            await add_members(store)

    asyncio.run(prepare())
    engine = place.connect()
    with Session(engine) as session:
        for principal in (SERVER, TOYS):
            assert row_at(session, MemberRow, principal, "m").name == "Toys"
        refused: list[tuple[Principal, str]] = [(MUGS, "m"), (SERVER, "nobody"), (SERVER, "")]
        for principal, cursor in refused:
            with pytest.raises(CursorInvalid, match="begin with the first page"):
                row_at(session, MemberRow, principal, cursor)
    engine.dispose()
