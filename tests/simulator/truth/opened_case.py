"""A case as the ledger has its opening."""

from __future__ import annotations

import datetime
from typing import Any

from simulator.truth.events import CaseOpened


def opened_case(at: datetime.datetime, case_id: str = "c", **values: Any) -> CaseOpened:
    """A member's case in Germany, of no listing unless `values` name some."""
    fixed: dict[str, Any] = {"opened_by": "member", "product": "p", "ground": "trademark", "country": "DE"}
    return CaseOpened(at=at, case_id=case_id, **{"member_id": "m", "listings": (), **fixed, **values})
