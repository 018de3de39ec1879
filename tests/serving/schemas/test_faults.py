from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, TypeAdapter, ValidationError

from serving.schemas.countries import Country
from serving.schemas.faults import words_of


def literal(_: str) -> str:
    raise ValueError("Value error, and no more")


@pytest.mark.parametrize(
    ("kind", "sent", "words"),
    [
        (Country, "de", "is no country of ISO 3166-1; send its two capital letters, such as DK"),
        (Annotated[str, AfterValidator(literal)], "x", "Value error, and no more"),
        (int, "x", "Input should be a valid integer, unable to parse string as an integer"),
    ],
)
def test_the_words_are_our_own_where_the_check_is(kind: Any, sent: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(sent)
    assert words_of(caught.value.errors()[0]) == words
