"""What the buyers of illegal goods are to be informed of (Digital Services Act, Art. 32): pure.

The marketplace knows the buyers and informs them; this server holds none of their data, and records that it was done.
"""

from __future__ import annotations

import datetime
from typing import Final

from serving.cases.clocks.periods import months_after
from serving.cases.notice_texts import DISPUTES_PAGE
from serving.errors import BuyersNoticeNotDue
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import Case
from serving.schemas.enforcement.complaints import BuyersNotice, SoldListing
from serving.store.transparency.complaint_rows import RecordedNotice

MONTHS: Final = 6
RESTRICTING: Final = frozenset({"upheld", "forwarded", "counter_notice", "holder_acted", "closed"})


def buyers_notice(case: Case, recorded: RecordedNotice | None) -> BuyersNotice:
    """Give what is to be written to the buyers; raises BuyersNoticeNotDue where nothing is."""
    aware_at = _aware_at(case)
    since = datetime.datetime.combine(months_after(aware_at.date(), -MONTHS), aware_at.timetz())
    return BuyersNotice(
        case_id=case.case_id,
        product=case.product,
        aware_at=utc_text(aware_at),
        bought_since=utc_text(since),
        listings=[
            SoldListing(listing_id=one.listing_id, seller_id=one.seller_id, url=one.url) for one in case.listings
        ],
        text=_text(case),
        recorded_at=None if recorded is None else utc_text(recorded.recorded_at),
        way=None if recorded is None else recorded.way,
        buyers=None if recorded is None else recorded.buyers,
    )


def _aware_at(case: Case) -> datetime.datetime:
    """Give when the goods were found to be illegal: when the case was last upheld."""
    if case.jurisdiction != "EU":
        raise BuyersNoticeNotDue(f"the case is under the law of {case.country}; the duty is one of the EU's law")
    upheld = [move.at for move in case.moves if move.to_state == "upheld" and move.from_state != "upheld"]
    if not upheld or case.state not in RESTRICTING:
        raise BuyersNoticeNotDue(f"the case is {case.state}: buyers are informed of listings of an upheld case")
    return datetime.datetime.fromisoformat(upheld[-1])


def _text(case: Case) -> str:
    sellers = ", ".join(sorted({one.seller_id for one in case.listings if one.seller_id})) or "not known any more"
    return (
        f"You bought goods that were offered as {case.product}. They were found to be illegal: they infringe an "
        f"intellectual property right. They were offered by the trader {sellers}; name and address are with the "
        "marketplace. You may ask the trader for your money back, turn to the marketplace, to a body for the "
        f"settlement of disputes out of court ({DISPUTES_PAGE}), or to a court."
    )
