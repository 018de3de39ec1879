from __future__ import annotations

import dataclasses

import pytest

from serving.checks.request import CheckRequest


def test_a_check_needs_nothing_but_photos() -> None:
    request = CheckRequest(photos=(b"a", b"b"))
    assert request.photos == (b"a", b"b")
    assert (request.listing_id, request.seller_id, request.product, request.views) == (None, None, None, None)
    assert request.attributes == {}
    assert request.attributes is not CheckRequest(photos=()).attributes


def test_a_check_stays_as_it_was_sent() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CheckRequest(photos=()).product = "toy"  # type: ignore[misc]
