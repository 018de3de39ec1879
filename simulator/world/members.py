"""The brand owners of the simulation: sixteen countries, twelve categories, and nobody who exists."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Final, get_args

from serving.schemas.accounts import Category

# Countries whose calendars differ: make-up working days (CN), bridge days, Monday holidays, daylight saving on both
# halves of the globe, and none at all.
COUNTRIES: Final = {
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "US": "America/New_York",
    "DK": "Europe/Copenhagen",
    "JP": "Asia/Tokyo",
    "FR": "Europe/Paris",
    "IT": "Europe/Rome",
    "GB": "Europe/London",
    "KR": "Asia/Seoul",
    "SE": "Europe/Stockholm",
    "CH": "Europe/Zurich",
    "NL": "Europe/Amsterdam",
    "ES": "Europe/Madrid",
    "AU": "Australia/Sydney",
    "CA": "America/Toronto",
    "IN": "Asia/Kolkata",
}
CATEGORIES: Final[tuple[str, ...]] = get_args(Category)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMember:
    """A member to add; its one product is judged by the demo's detector, whatever its category."""

    number: int
    name: str
    category: str
    country: str
    product: str


def make_members(count: int) -> list[SimulatedMember]:
    """Give as many members: the countries in turn, and the categories in turn."""
    return [
        SimulatedMember(
            number=number,
            name=f"Simulated member {number:02d} ({country})",
            category=CATEGORIES[(number - 1) % len(CATEGORIES)],
            country=country,
            product=f"simulated-product-{number:02d}",
        )
        for number, country in enumerate(itertools.islice(itertools.cycle(COUNTRIES), count), start=1)
    ]
