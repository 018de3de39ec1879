from __future__ import annotations

import unicodedata

import pytest

from training.data.spelling import names_alike, show_spelling

SHOWN = {
    "K1\N{ZERO WIDTH SPACE}": r"'K1\u200b'",
    "K\N{NO-BREAK SPACE}1": r"'K\xa01'",
    "\N{RIGHT-TO-LEFT MARK}K1": r"'\u200fK1'",
    "K  1": "'K  1'",
    unicodedata.normalize("NFD", "Föhn"): r"'Fo\u0308hn'",
    "\N{ZERO WIDTH NO-BREAK SPACE}K1": r"'\ufeffK1'",
    "日本 1": "'日本 1'",
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_can_t_be_seen_is_shown_as_an_escape(name: str) -> None:
    assert show_spelling(name) == SHOWN[name]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("K1", "K1\N{ZERO WIDTH SPACE}"),
        ("K 1", "K\N{NO-BREAK SPACE}1"),
        ("K 1", "K  1"),
        ("K1", "\N{RIGHT-TO-LEFT MARK}K1"),
        ("Föhn", unicodedata.normalize("NFD", "Föhn")),
        ("K1", "K\N{FULLWIDTH DIGIT ONE}"),
    ],
)
def test_names_that_look_the_same_are_alike_whatever_the_case_rule(first: str, second: str) -> None:
    assert names_alike([first, second, "K2"], ignore_case=True) == (tuple(sorted((first, second))),)
    assert names_alike([first, second, "K2"], ignore_case=False) == (tuple(sorted((first, second))),)


def test_case_counts_only_where_asked() -> None:
    assert names_alike(["k1", "K1", "STRASSE", "Straße"], ignore_case=True) == (("K1", "k1"), ("STRASSE", "Straße"))
    assert names_alike(["k1", "K1"], ignore_case=False) == ()
