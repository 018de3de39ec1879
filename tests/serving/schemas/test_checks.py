from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from serving.schemas.checks import Check, CheckSent, Listing, NearestReference, ReviewSent, utc_text
from tests.serving.builders.new_checks import new_check


@pytest.mark.parametrize(
    "listing",
    [
        {"listing_id": ""},
        {"listing_id": "x" * 201},
        {"listing_id": "two\nlines"},
        {"product": "nul\0"},
        {"views": ["front", ""]},
        {"attributes": {"price": float("nan")}},
        {"colour": "red"},
    ],
)
def test_a_listing_with_a_wrong_or_unknown_field_is_refused(listing: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Listing.model_validate(listing)


def test_a_listing_takes_any_printable_text_and_any_json() -> None:
    sent = {"listing_id": "Ärger ' OR 1=1 😀", "views": ["front", None], "attributes": {"a": [1, None, {"b": ""}]}}
    assert Listing.model_validate(sent).model_dump(exclude_unset=True) == sent


@pytest.mark.parametrize("review", [{}, {"decision": "fake"}, {"decision": "genuine", "note": "x" * 4001}])
def test_a_review_has_one_of_three_decisions_and_a_short_note(review: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReviewSent.model_validate(review)
    assert ReviewSent(decision="cant_tell").note == ""


def test_a_check_as_json_needs_its_photos() -> None:
    with pytest.raises(ValidationError):
        CheckSent.model_validate({"product": "toy"})


def test_an_answer_is_immutable_and_a_reader_ignores_fields_that_it_does_not_know() -> None:
    check = new_check().answer
    with pytest.raises(ValidationError):
        check.outcome = "genuine"
    later = {**check.model_dump(), "a_new_field": 1}
    assert Check.model_validate(later) == check


def test_an_answer_survives_json_to_the_last_bit() -> None:
    check = new_check().answer
    assert Check.model_validate_json(check.model_dump_json()) == check
    assert check.authenticity == 0.1 + 0.2


@pytest.mark.parametrize("similarity", [-1.01, 1.01])
def test_a_similarity_is_a_cosine(similarity: float) -> None:
    with pytest.raises(ValidationError):
        NearestReference(reference_id="r", label="genuine", product="toy", listing=None, similarity=similarity, url="/")


def test_times_are_written_in_utc_with_milliseconds() -> None:
    east = datetime.timezone(datetime.timedelta(hours=2))
    moment = datetime.datetime(2026, 1, 1, 1, 2, 3, 456_789, tzinfo=east)
    assert utc_text(moment) == "2025-12-31T23:02:03.456Z"
