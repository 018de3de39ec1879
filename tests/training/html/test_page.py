"""Pages are whole by themselves, escape what they show, and refuse what they lack."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from training.html.page import render_page

VALUES = {
    "run": "<b>run</b>",
    "manifest": "m.csv",
    "label_kind": "weak",
    "shown": [],
    "columns": ("listing", "decision"),
    "script": Markup("const a = 1 < 2;"),
}
FOUND = {"predicted": 3, "disputed": 0, "estimates": (), "without_authenticity": 0}


def test_values_are_escaped_and_markup_is_not() -> None:
    page = render_page("suspects.html.j2", found=FOUND, **VALUES)
    assert "&lt;b&gt;run&lt;/b&gt;" in page
    assert "const a = 1 < 2;" in page


def test_the_style_is_in_the_page() -> None:
    page = render_page("suspects.html.j2", found=FOUND, **VALUES)
    assert "--counterfeit:" in page
    assert "<link" not in page
    assert "@import" not in page


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="found"):
        render_page("suspects.html.j2", **VALUES)
