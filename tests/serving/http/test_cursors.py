from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from serving.errors import CursorInvalid
from serving.http.cursors import cursor_of, id_in, number_in, page_of, place_in

ID = "01a20a5a-9c11-7b0e-8d53-1f0c2be87c40"


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("found", "page"), [([], ([], None)), ([7], ([7], None)), ([7, 5], ([7, 5], None)), ([7, 5, 3], ([7, 5], "5"))]
)
def test_a_page_ends_in_a_cursor_where_more_was_found(found: list[int], page: tuple[list[int], str | None]) -> None:
    assert page_of(found, 2, str) == page


@pytest.mark.parametrize("place", [("2026-01-01", "c"), (None, "c"), (0.25, "é", True), (), (-3,)])
def test_a_place_comes_back_from_its_cursor(place: tuple[Any, ...]) -> None:
    cursor = cursor_of("newest", *place)
    assert cursor.isascii()
    assert place_in(cursor, "newest", len(place)) == [*place]


@pytest.mark.parametrize(
    "cursor",
    [
        "", "%", "é", "abc", "nope", "\0", encoded(""), encoded("{}"), encoded("7"), encoded("[]"), encoded("null"),
        encoded('["newest"]'), encoded('["newest",1,2]'), encoded('["newest",[]]'), encoded('["newest",{}]'),
        encoded('["newest",NaN]'), encoded('["newest",1e999]'), encoded('["newest","\\ud800"]'),
        encoded('["newest","\\u0000"]'), encoded('["newest",9223372036854775808]'), encoded("[" * 100_000),
        encoded('[null,"c"]'), encoded(json.dumps([["newest"], "c"])),
    ],
)  # fmt: skip
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid, match="not one of this server"):
        place_in(cursor, "newest", 1)


def test_a_cursor_of_another_order_is_refused_and_both_are_named() -> None:
    with pytest.raises(CursorInvalid, match="made with sort=due, sent with sort=newest"):
        place_in(cursor_of("due", "c"), "newest", 1)


def test_a_cursor_that_is_an_id_is_one() -> None:
    assert id_in(None) is None
    assert id_in(ID) == ID
    for wrong in ("", "x", "\0" * 36, "é" * 36, ID[:-1], ID + "0"):
        with pytest.raises(CursorInvalid):
            id_in(wrong)


def test_a_cursor_that_is_a_number_is_within_its_limit() -> None:
    assert number_in(None, highest=9) is None
    assert [number_in(text, highest=120) for text in ("0", "7", "007", "120")] == [0, 7, 7, 120]
    for wrong in ("", "x", "-1", "1.0", "١", "121", "0120", "9" * 5000):
        with pytest.raises(CursorInvalid):
            number_in(wrong, highest=120)
