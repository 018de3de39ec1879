"""A decided listing with values that tests change."""

from __future__ import annotations

import dataclasses
import datetime

from serving.store.transparency.decided_listing import DecidedListing

DECIDED_AT = datetime.datetime(2026, 3, 9, 8, 30, tzinfo=datetime.UTC)
DECIDED = DecidedListing(
    case_id="0199d2a1-7c00-7abc-8def-000000000001",
    position=0,
    decision_sequence=3,
    product="korvelle-k1-hair-dryer",
    ground="design",
    country="DE",
    decided_at=DECIDED_AT,
    content_at=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
    by_member=True,
    by_trusted_flagger=False,
    found_by_automation=True,
    automated_decision="partly",
    personal={"Seller-77": "a seller's id", "Acme Ltd": "the notifier's name"},
)


def decided(**changed: object) -> DecidedListing:
    """Give the listing with some values changed."""
    return dataclasses.replace(DECIDED, **changed)  # type: ignore[arg-type]
