"""The time zone of each country, from the table of the IANA time zone database."""

from __future__ import annotations

import functools
import importlib.resources
from typing import Final
from zoneinfo import ZoneInfo

import tzdata

from serving.errors import CalendarUnknown

TZDATA_VERSION: Final = tzdata.IANA_VERSION

# zone.tab lists the zones of a country by geography. Where its first is not the one in which most people live, this is.
_CHOSEN_ZONES: Final = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}


@functools.cache
def zone_of(country: str) -> ZoneInfo:
    """The zone in which most people of a country (ISO 3166-1 alpha-2) live, as the package tzdata has it.

    It is read from the package, not from the system, so that TZDATA_VERSION is the version that was used.

    Raises CalendarUnknown if no zone is listed for the country.
    """
    key = _CHOSEN_ZONES.get(country) or _first_zones().get(country)
    if key is None:
        raise CalendarUnknown(f"{country}: no time zone is known for this country; state the country of the market")
    with importlib.resources.files("tzdata.zoneinfo").joinpath(*key.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=key)


@functools.cache
def _first_zones() -> dict[str, str]:
    zones: dict[str, str] = {}
    table = importlib.resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _coordinates, key, *_comments = line.split("\t")
            zones.setdefault(country, key)
    return zones
