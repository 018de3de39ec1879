"""Cases that were decided, as their statements of reasons, complaints and figures find them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from serving.principal import SERVER, Principal
from serving.store.cases.case_values import CaseChange, NewListing, StoredCase
from serving.store.store import Store
from tests.serving.builders.cases.new_cases import CLOCK, HOUR, new_case, opening


async def decided_case(
    store: Store,
    *,
    state: Any = "upheld",
    sold: Sequence[NewListing] | None = None,
    listings: int = 1,
    at: datetime.datetime | None = None,
    jurisdiction: Any = "EU",
    principal: Principal = SERVER,
    in_time: bool = True,
    **values: Any,
) -> str:
    """Open a case and decide it an hour later; gives its id.

    Its listings are in no other case unless `sold` names them.
    """
    first = opening(jurisdiction=jurisdiction)
    if sold is None:
        sold = [NewListing(listing_id=f"l{index}-{first.case_id}", seller_id="Seller-77") for index in range(listings)]
    if at is not None:
        first = dataclasses.replace(first, at=at, clock=dataclasses.replace(CLOCK, due_at=at + 24 * HOUR), timers=())
    made = await store.case_rows.add(principal, new_case(**{"listings": tuple(sold), **values}), first)

    def decide(case: StoredCase) -> CaseChange:
        return CaseChange(
            to_state=state,
            at=case.moved_at + HOUR,
            actor="operator",
            clock=case.clock,
            decided_in_time=in_time if state in ("upheld", "rejected") else None,
            takes_down=True if state == "upheld" else None,
            cancels=None,
        )

    await store.case_rows.change(SERVER, made.case_id, decide)
    return made.case_id
