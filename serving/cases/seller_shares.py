"""Which listings of a case are whose: each seller has a notice of its own, and learns nothing of the others."""

from __future__ import annotations

import dataclasses

from serving.store.cases.case_values import StoredCase


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SellerShare:
    """What a case has of one seller: the places of its listings, ascending, and their names.

    `seller_id` is None for listings of which no seller is known; they are one share.
    """

    seller_id: str | None
    positions: tuple[int, ...]
    listing_names: tuple[str, ...]


def shares_of(case: StoredCase) -> tuple[SellerShare, ...]:
    """Give what a case has of each seller, in the order of their first listings."""
    places: dict[str | None, list[int]] = {}
    for position, seller_id in enumerate(case.listing_sellers):
        places.setdefault(seller_id, []).append(position)
    return tuple(
        SellerShare(
            seller_id=seller_id,
            positions=tuple(positions),
            listing_names=tuple(case.listing_names[position] for position in positions),
        )
        for seller_id, positions in places.items()
    )
