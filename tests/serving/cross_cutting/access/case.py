"""What a member's key gets where it asks for what is another member's."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What Acme's key, with every scope, gets where it asks for what is Bolt's.

    `sent` is a body in which `{member_id}` and the like stand for Bolt's ids. `code` is None where the answer is a list
    or a file that leaves Bolt out. `own` are the tables in which Acme may leave rows of its own.
    """

    code: str | None
    sent: Any = None
    query: str = ""
    own: tuple[str, ...] = ()


LISTED = Case(code=None)
