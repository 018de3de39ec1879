from __future__ import annotations

from serving.evidence.report.fonts import REGULAR, Fonts


def test_latin_stands_in_the_font_that_comes_along_and_markup_is_escaped() -> None:
    assert Fonts().marked_up("Größe <b> & co") == "Größe &lt;b&gt; &amp; co"


def test_other_scripts_get_a_font_that_has_them_or_their_numbers() -> None:
    fonts = Fonts()
    assert '<font name="STSong-Light">网</font>' in fonts.marked_up("a网b") or 'name="file-' in fonts.marked_up("网")
    assert "한" in fonts.marked_up("한")
    assert fonts.marked_up("\U0001f9ff") == "[U+1F9FF]" or 'name="file-' in fonts.marked_up("\U0001f9ff")
    assert fonts.marked_up("\ufdd1") == "[U+FDD1]"


def test_characters_that_change_how_a_text_looks_are_shown_by_their_numbers() -> None:
    assert Fonts().marked_up("a\u202eb\u200dc\x07") == "a[U+202E]b[U+200D]c[U+0007]"
    assert REGULAR == "Vera"
