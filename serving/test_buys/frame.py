"""The frame of a plan: the listings that were checked in a period, each with what decides how it may be drawn."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal

Group = Literal["flagged", "open", "passed"]
GROUPS: tuple[Group, ...] = ("flagged", "open", "passed")
MAX_PRICE = Decimal(10**9)
MAX_LOGIT = 7.0  # of 99.9 %: no test buy confirms a detector to more than that


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FrameListing:
    """A listing of a frame, as its latest check of the period answered it.

    `authenticity` is a probability, None where the check gave none. `price` is None where the listing states none in
    the plan's currency.
    """

    check_id: str
    listing_id: str | None
    seller_id: str | None
    product: str
    outcome: str
    authenticity: float | None
    price: Decimal | None

    @property
    def group(self) -> Group:
        """What the verdict did with the listing: flagged it, passed it, or left it to a person."""
        if self.outcome == "counterfeit":
            return "flagged"
        return "passed" if self.outcome == "genuine" else "open"

    @property
    def suspicion(self) -> float:
        """The logit of the probability that it is counterfeit, as the verdict has it, within plus and minus MAX_LOGIT.

        Where the check gave no probability it is 0.
        """
        if self.authenticity is None:
            return 0.0
        inside = min(max(self.authenticity, 1e-9), 1 - 1e-9)
        return min(max(math.log((1 - inside) / inside), -MAX_LOGIT), MAX_LOGIT)


def price_of(attributes: Mapping[str, object], currency: str) -> Decimal | None:
    """Give the price that a check's attributes state in a currency, as `price` and `currency`; None for another one.

    A price is a number, or a text of one: attributes are the caller's own, so anything else counts as no price.
    """
    price = attributes.get("price")
    if attributes.get("currency") != currency or isinstance(price, bool) or not isinstance(price, (int, float, str)):
        return None
    try:
        found = Decimal(str(price))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= MAX_PRICE else None


def frame_digest(frame: Sequence[FrameListing]) -> str:
    """Give the SHA-256 of a frame: of one line of JSON a listing, with what the draw depends on, by check id.

    Whoever has the frame and the seed can repeat the draw, and finds by the digest that it is the same frame.
    """
    digest = hashlib.sha256()
    for listing in sorted(frame, key=lambda one: one.check_id):
        price = None if listing.price is None else str(listing.price)
        row = [listing.check_id, listing.seller_id, listing.product, listing.outcome, listing.authenticity, price]
        digest.update(json.dumps(row, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()
