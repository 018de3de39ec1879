from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from serving.schemas.countries import COUNTRIES, Country, Currency


def test_there_are_the_249_countries_of_the_standard() -> None:
    assert len(COUNTRIES) == 249
    assert {"DK", "US", "CN", "GB", "TW", "AX"} < COUNTRIES
    assert not {"UK", "EU", "XK", "AN", "SU"} & COUNTRIES  # reserved, or withdrawn


@pytest.mark.parametrize("code", ["dk", "DNK", "UK", "", "D1", "DK "])
def test_what_is_no_country_is_refused_with_what_to_send(code: str) -> None:
    with pytest.raises(ValidationError, match="no country of ISO 3166-1; send its two capital letters, such as DK"):
        TypeAdapter(Country).validate_python(code)


@pytest.mark.parametrize("code", ["eur", "EURO", "", "€", "E U", "EUR\n"])
def test_what_has_not_the_form_of_a_currency_is_refused_with_what_to_send(code: str) -> None:
    with pytest.raises(ValidationError, match="no currency of ISO 4217; send its three capital letters, such as EUR"):
        TypeAdapter(Currency).validate_python(code)
