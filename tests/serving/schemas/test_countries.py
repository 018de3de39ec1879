from __future__ import annotations

from serving.schemas.countries import COUNTRIES


def test_there_are_the_249_countries_of_the_standard() -> None:
    assert len(COUNTRIES) == 249
    assert {"DK", "US", "CN", "GB", "TW", "AX"} < COUNTRIES
    assert not {"UK", "EU", "XK", "AN", "SU"} & COUNTRIES  # reserved, or withdrawn
