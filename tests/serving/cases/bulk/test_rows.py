from __future__ import annotations

import pytest

from serving.cases.bulk.rows import fault_of, read_header, read_row
from serving.errors import CaseCheckMissing, IdempotencyKeyReused, RequestInvalid
from serving.principal import SERVER
from serving.schemas.enforcement.cases import CaseFault
from serving.store.cases.case_values import NewCase
from tests.serving.builders.cases.new_cases import MUGS, TOYS

COLUMNS = ("reference", "product", "country", "listing_id", "value_amount", "value_currency")


def test_a_row_is_a_case_with_one_listing() -> None:
    read = read_row(TOYS, 2, COLUMNS, ("A-1", "toy", "DE", " l1 ", "12.50", "EUR"))
    assert isinstance(read, NewCase)
    assert (read.opened_by, read.product, read.country, read.origin_key) == ("member", "toy", "DE", "row:m:A-1")
    listing = read.listings[0]
    assert (listing.listing_id, listing.value_amount, listing.value_currency) == ("l1", 12.5, "EUR")


def test_a_row_without_a_reference_is_known_by_its_content_and_its_member() -> None:
    keys = [
        read_row(principal, 2, COLUMNS[1:4], fields)
        for principal, fields in (
            (TOYS, ("toy", "DE", "l1")), (TOYS, ("toy", "DE", "l1 ")), (TOYS, ("toy", "DE", "l2")),
            (MUGS, ("toy", "DE", "l1")), (SERVER, ("toy", "DE", "l1")),
        )
    ]  # fmt: skip
    assert len({one.origin_key for one in keys if isinstance(one, NewCase)}) == 4


@pytest.mark.parametrize(
    ("fields", "column", "code"),
    [
        (("A", "toy", "DE", "l", "x", "EUR"), "value_amount", "request_invalid"),
        (("A", "toy", "DE", "l", "1", ""), "value_currency", "request_invalid"),
        (("A", "toy", "DE", "l", "1", "euros"), "value_currency", "request_invalid"),
        (("A", "toy", "Germany", "l", "", ""), "country", "request_invalid"),
        (("A", "toy", "", "l", "", ""), "country", "request_invalid"),
        (("A", "toy", "DE", "l\u202ex", "", ""), "listing_id", "unsafe_text"),
        (("A" * 101, "toy", "DE", "l", "", ""), "reference", "request_invalid"),
        (("A", "toy", "DE", "", "", ""), "listing_id", "request_invalid"),
        (("A", "toy", "DE", "l", ""), None, "request_invalid"),
    ],
)
def test_a_bad_row_names_its_line_its_column_and_its_reason(
    fields: tuple[str, ...], column: str | None, code: str
) -> None:
    read = read_row(TOYS, 17, COLUMNS, fields)
    assert isinstance(read, CaseFault)
    assert (read.line, read.column, read.code) == (17, column, code)
    assert read.reason


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("country", "listing"), "'listing' is no column"),
        (("country", "url", "URL "), "named twice"),
        (("url",), "country is missing"),
        (("country", "product"), "listing_id, url or check_id"),
    ],
)
def test_a_header_that_is_none_is_refused_before_any_row(header: tuple[str, ...], words: str) -> None:
    with pytest.raises(RequestInvalid, match=words):
        read_header(header)
    assert read_header((" Country", "URL")) == ("country", "url")


def test_what_the_store_refuses_is_a_fault_of_its_column() -> None:
    assert fault_of(3, CaseCheckMissing("gone")).column == "check_id"
    assert fault_of(3, IdempotencyKeyReused("other")).column == "reference"
    assert fault_of(3, RequestInvalid("product: no", [("product", "no")])) == CaseFault(
        line=3, column="product", code="request_invalid", reason="no"
    )


def test_a_wrong_country_or_currency_is_named_with_what_to_send() -> None:
    for fields, words in (
        (("A", "toy", "de", "l", "", ""), "is no country of ISO 3166-1; send its two capital letters, such as DK"),
        (("A", "toy", "DE", "l", "5", "€"), "is no currency of ISO 4217; send its three capital letters, such as EUR"),
    ):
        fault = read_row(TOYS, 2, COLUMNS, fields)
        assert isinstance(fault, CaseFault)
        assert fault.reason == words
