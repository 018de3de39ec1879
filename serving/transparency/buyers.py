"""What the buyers of illegal goods are to be informed of (Digital Services Act, Art. 32): pure.

The marketplace knows the buyers and informs them; this server holds none of their data, and records that it was done.
"""

from __future__ import annotations

import collections
import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from serving.cases.clocks.periods import months_after
from serving.cases.notice_texts import DISPUTES_PAGE
from serving.cases.states import UNDECIDED_STATES
from serving.errors import BuyersNoticeNotDue
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import Case, CaseListing
from serving.schemas.enforcement.complaints import BuyersNotice, SoldListing
from serving.store.transparency.buyers_notice_rows import BuyersRecord, SameListing

MONTHS: Final = 6
_Period: TypeAlias = tuple[datetime.datetime, datetime.datetime]


def buyers_notice(case: Case, record: BuyersRecord, *, by_country: bool) -> BuyersNotice:
    """Give what is to be written to the buyers; raises BuyersNoticeNotDue where nothing is.

    Who bought a listing is informed once that its goods are illegal, however many cases found it. `by_country` says
    that a decision takes a listing down in the country of its case alone, so that it is sold on elsewhere.
    """
    aware_at = _aware_at(case)
    informed, due = _by_position(_informed_before(case, record)), _by_position(_due(record))
    sold = [_sold(one, aware_at, informed[one.position], due[one.position], case, by_country) for one in case.listings]
    left = [one for one in sold if one.bought_since is not None]
    recorded = record.recorded
    return BuyersNotice(
        case_id=case.case_id,
        product=case.product,
        aware_at=utc_text(aware_at),
        bought_since=min((one.bought_since or "" for one in left), default=utc_text(_six_months_before(aware_at))),
        listings=left,
        informed_before=[one for one in sold if one.bought_since is None],
        text=_text(case.product, left) if left else "",
        recorded_at=None if recorded is None else utc_text(recorded.recorded_at),
        way=None if recorded is None else recorded.way,
        buyers=None if recorded is None else recorded.buyers,
    )


def _aware_at(case: Case) -> datetime.datetime:
    """Give when the goods were found to be illegal; upheld again after a counter-notice, that was known before."""
    if case.jurisdiction != "EU":
        raise BuyersNoticeNotDue(f"the case is under the law of {case.country}; the duty is one of the EU's law")
    upheld = [move.at for move in case.moves if move.to_state == "upheld" and move.from_state in UNDECIDED_STATES]
    if not upheld or not any(one.removed_at for one in case.listings):
        raise BuyersNoticeNotDue(
            f"the case is {case.state}, and its listings are not taken down: buyers are informed of those that are"
        )
    return datetime.datetime.fromisoformat(upheld[-1])


def _informed_before(case: Case, record: BuyersRecord) -> Iterator[SameListing]:
    """Give the other cases whose buyers were informed, before this one's where that was recorded."""
    own = None if record.recorded is None else (record.recorded.recorded_at, case.case_id)
    for one in record.others:
        if one.recorded_at is not None and (own is None or (one.recorded_at, one.case_id) < own):
            yield one


def _due(record: BuyersRecord) -> list[SameListing]:
    return [] if record.recorded is not None else [one for one in record.others if one.recorded_at is None]


def _by_position(others: Iterable[SameListing]) -> dict[int, list[SameListing]]:
    found: dict[int, list[SameListing]] = collections.defaultdict(list)
    for one in others:
        found[one.position].append(one)
    return found


def _sold(
    listing: CaseListing,
    aware_at: datetime.datetime,
    informed: Sequence[SameListing],
    due: Sequence[SameListing],
    case: Case,
    by_country: bool,
) -> SoldListing:
    left = _left_of(aware_at, informed, case.country, by_country)
    return SoldListing(
        listing_id=listing.listing_id,
        seller_id=listing.seller_id,
        url=listing.url,
        bought_since=None if left is None else utc_text(left[0]),
        bought_until=None if left is None else utc_text(left[1]),
        informed_with=[one.case_id for one in informed],
        due_with=[] if left is None else [one.case_id for one in due],
    )


def _left_of(
    aware_at: datetime.datetime, informed: Sequence[SameListing], country: str, by_country: bool
) -> _Period | None:
    """Give the time of purchases that no other notice covers, None where there is none.

    An earlier decision covers the six months before itself, and took the listing down since: where it applies, nobody
    bought after it. A later one leaves those who bought more than six months before itself.
    """
    since, until = _six_months_before(aware_at), aware_at
    for one in informed:
        if one.decided_at > aware_at:
            until = min(until, _six_months_before(one.decided_at))
        elif by_country and one.country != country:
            since = max(since, one.decided_at)
        else:
            return None
    return (since, until) if since < until else None


def _six_months_before(at: datetime.datetime) -> datetime.datetime:
    return datetime.datetime.combine(months_after(at.date(), -MONTHS), at.timetz())


def _text(product: str, listings: Sequence[SoldListing]) -> str:
    sellers = ", ".join(sorted({one.seller_id for one in listings if one.seller_id})) or "not known any more"
    return (
        f"You bought goods that were offered as {product}. They were found to be illegal: they infringe an "
        f"intellectual property right. They were offered by the trader {sellers}; name and address are with the "
        "marketplace. You may ask the trader for your money back, turn to the marketplace, to a body for the "
        f"settlement of disputes out of court ({DISPUTES_PAGE}), or to a court."
    )
