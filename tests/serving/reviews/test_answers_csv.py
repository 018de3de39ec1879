from __future__ import annotations

from serving.reviews.answers_csv import answers_csv, csv_lines
from serving.schemas.checks import Answered


class Row(Answered):
    name: str
    share: float | None
    is_open: bool
    count: int


def test_each_field_is_a_cell_and_none_is_a_formula() -> None:
    rows = [Row(name="=1+1", share=0.5, is_open=True, count=-3), Row(name="", share=None, is_open=False, count=0)]
    assert answers_csv(("name", "share", "is_open", "count"), rows) == (
        "name,share,is_open,count\r\n'=1+1,0.5,true,-3\r\n,,false,0\r\n"
    )
    assert answers_csv(("count",), rows, header=False) == "-3\r\n0\r\n"


def test_nothing_in_a_cell_is_hidden_or_turns_it_around() -> None:
    assert csv_lines([["evil\u202ereverse", "a\u200bb", "two\nlines"]]) == (
        'evil[U+202E]reverse,a[U+200B]b,"two\nlines"\r\n'
    )
