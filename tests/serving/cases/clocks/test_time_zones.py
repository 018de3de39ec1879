from __future__ import annotations

import pytest

from serving.cases.clocks.time_zones import TZDATA_VERSION, zone_of
from serving.errors import CalendarUnknown
from serving.schemas.countries import COUNTRIES


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("CN", "Asia/Shanghai"),
        ("DE", "Europe/Berlin"),
        ("US", "America/New_York"),
        ("RU", "Europe/Moscow"),
        ("AU", "Australia/Sydney"),
        ("BR", "America/Sao_Paulo"),
        ("CA", "America/Toronto"),
        ("ID", "Asia/Jakarta"),
        ("KZ", "Asia/Almaty"),
        ("MX", "America/Mexico_City"),
        ("UA", "Europe/Kyiv"),
        ("UZ", "Asia/Tashkent"),
        ("CD", "Africa/Kinshasa"),
        ("ES", "Europe/Madrid"),
        ("PT", "Europe/Lisbon"),
        ("NZ", "Pacific/Auckland"),
    ],
)
def test_a_country_with_several_zones_has_the_one_in_which_most_people_live(country: str, zone: str) -> None:
    assert zone_of(country).key == zone


def test_every_country_with_people_has_a_zone() -> None:
    without = set()
    for country in COUNTRIES:
        try:
            zone_of(country)
        except CalendarUnknown:
            without.add(country)
    assert without == {"BV", "HM"}  # two uninhabited islands


def test_the_version_is_that_of_the_database() -> None:
    assert TZDATA_VERSION >= "2026a"
