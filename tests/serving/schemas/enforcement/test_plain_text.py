from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from serving.schemas.enforcement.plain_text import (
    OptionalPlainId,
    PlainName,
    PlainText,
    WebAddress,
    find_unsafe,
    mark_hidden,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("seller 7", None),
        ("卖家", None),
        ("بائع", None),
        ("👩‍👧", None),  # joined by U+200D
        ("می\u200cخواهم", None),
        ("a\u200db", "U+200D"),
        ("\u200db", "U+200D"),
        ("می\u200c\u200cخواهم", "U+200C"),
        ("a\u3164b", "U+3164"),
        ("a\u2800b", "U+2800"),
        ("a\u034fb", "U+034F"),
        ("a\u202egpj", "U+202E"),
        ("a\u2066b", "U+2066"),
        ("a\u200fb", "U+200F"),
        ("a\u200bb", "U+200B"),
        ("a\ufeffb", "U+FEFF"),
        ("a\u00adb", "U+00AD"),
        ("a\x00b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\u2028b", "U+2028"),
        ("a\x9bb", "U+009B"),
    ],
)
def test_an_id_has_no_character_that_is_hidden_or_turns_text_around(text: str, found: str | None) -> None:
    assert find_unsafe(text, one_line=True) == found


def test_what_an_id_of_a_check_hides_is_shown_by_its_number() -> None:
    assert mark_hidden("evil\u202ereverse") == "evil[U+202E]reverse"
    assert mark_hidden("a\u200db\x00\u3164\U000e0041") == "a[U+200D]b[U+0000][U+3164][U+E0041]"
    for plain in ("", "seller 7", "卖家", "بائع", "👩‍👧", "می\u200cخواهم", "two\r\n\tlines"):
        assert mark_hidden(plain) == plain


def test_sentences_may_have_lines_and_the_marks_that_keyboards_of_hebrew_and_arabic_put_in() -> None:
    assert find_unsafe("a\n\tb \u200f\u05d0\u05d1", one_line=False) is None
    assert find_unsafe("2\u200cنفره", one_line=False) is None
    assert find_unsafe("a\u202eb", one_line=False) == "U+202E"


def test_lines_that_end_as_windows_ends_them_are_kept_as_lines() -> None:
    assert TypeAdapter(PlainText).validate_python("a\r\nb") == "a\nb"


def test_a_refused_text_says_which_character() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(PlainName).validate_python("a\u202eb")
    fault = refused.value.errors()[0]
    assert fault["type"] == "unsafe_text"
    assert "U+202E" in fault["msg"]


def test_spaces_around_an_id_are_none_of_it_and_spaces_alone_are_no_id() -> None:
    read = TypeAdapter(OptionalPlainId).validate_python
    assert [read(" a "), read("  "), read(""), read(None)] == ["a", None, None, None]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http:// a", "http://a b", "ftp://a", "http://a\u202eb"])
def test_an_address_is_one_that_a_browser_opens_and_nothing_else(url: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WebAddress).validate_python(url)
    assert TypeAdapter(WebAddress).validate_python("https://shop.example/1") == "https://shop.example/1"
