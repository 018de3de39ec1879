from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from serving.schemas.accounts import Category, KeySent, MemberSent


def test_there_are_twelve_industries() -> None:
    assert len(get_args(Category)) == 12


def test_what_nobody_reads_is_refused() -> None:
    with pytest.raises(ValidationError):
        KeySent.model_validate({"label": "x", "scopes": ["read"], "scope": "read"})


def test_a_country_is_named_with_what_to_send() -> None:
    with pytest.raises(ValidationError, match="send its two capital letters"):
        MemberSent.model_validate({"name": "A", "category": "toys", "country": "UK"})
