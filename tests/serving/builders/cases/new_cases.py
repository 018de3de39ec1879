"""Cases to open without a server."""

from __future__ import annotations

import datetime
from typing import Any

from serving.principal import Principal
from serving.store.cases.case_values import CaseChange, CaseClock, NewCase, NewListing, NewTimer, Opening, StoredCase
from serving.store.sortable_id import new_id
from tests.serving.builders.new_checks import NOW

HOUR = datetime.timedelta(hours=1)
TOYS = Principal(name="toys", rate_key="toys", member_id="m", products=frozenset({"toy", "kite"}))
MUGS = Principal(name="mugs", rate_key="mugs", member_id="n", products=frozenset({"mug"}))
CLOCK = CaseClock(due_at=NOW + 24 * HOUR, due_calendar="c")


def new_case(**values: Any) -> NewCase:
    """A case on one listing of a toy in Germany, opened by the operator unless another is named."""
    listings = values.pop("listings", (NewListing(listing_id="l", seller_id="s"),))
    return NewCase(**{"opened_by": "operator", "country": "DE", "product": "toy", "listings": listings, **values})


def opening(**values: Any) -> Opening:
    """What the rules could say of it: due in a day, with one timer."""
    timers = (NewTimer(kind="overdue", fires_at=NOW + 24 * HOUR),)
    return Opening(
        **{
            "case_id": new_id(),
            "at": NOW,
            "actor": "operator",
            "jurisdiction": "EU",
            "clock": CLOCK,
            "timers": timers,
            **values,
        }
    )


def stored(**values: Any) -> StoredCase:
    """A case as rules see it: received, in Germany, of listings without checks unless others are named."""
    listings = len(values.get("listing_names", "l"))
    return StoredCase(
        **{
            "case_id": "c", "created_at": NOW, "member_id": "m", "owner_id": None, "opened_by": "member",
            "rule_id": None, "product": "toy", "ground": "trademark", "country": "DE", "jurisdiction": "EU",
            "state": "received", "statement": "no logo", "listing_names": ("l",), "listing_sellers": ("s",),
            "decision_reason": "",
            "check_outcomes": (None,) * listings,
            "version": 1, "fast_track": False, "clock": CLOCK, "decided_at": None, "decided_in_time": None,
            "moved_at": NOW, "waiting": {}, **values,
        }
    )  # fmt: skip


def to_review(case: StoredCase) -> CaseChange:
    """A change to `in_review`, an hour after the last move."""
    return CaseChange(to_state="in_review", at=case.moved_at + HOUR, actor="operator", clock=case.clock)
