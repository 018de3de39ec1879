"""How large a simulated year is, and of what."""

from __future__ import annotations

import dataclasses
import datetime

MAX_MEMBERS = 48  # three for each country of simulator/world/members.py, four for each category


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class YearSettings:
    """The size of a simulation; the same settings and seed give the same decisions of everybody."""

    seed: int = 0
    days: int = 365
    members: int = 36  # three for each category: public figures hide what fewer members contribute to
    listings_per_day: float = 7.0
    honest_sellers: int = 30
    counterfeit_sellers: int = 10
    rings: int = 6
    max_photos: int = 2  # of a listing
    wrong_refusal_rate: float = 0.03  # of notices about counterfeits
    evidence_files: int = 10  # of cases, to make and verify when the year is checked
    end: datetime.datetime  # exclusive, at midnight UTC

    @property
    def start(self) -> datetime.datetime:
        """When the first simulated day begins."""
        return self.end - datetime.timedelta(days=self.days)


def midnight_before(moment: datetime.datetime) -> datetime.datetime:
    """Give the beginning of a day of UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
