"""The query of lists that come at once unless a page is asked for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

PageLimit = Annotated[
    int | None, Query(ge=1, le=200, description="Entries in a page; without it all that follow come at once.")
]
PageCursor = Annotated[str | None, Query(max_length=36, description="`next_cursor` of the page before.")]
