"""Answers of the API as CSV for spreadsheets: RFC 4180, no cell that a spreadsheet would run, and nothing hidden."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from operator import attrgetter

from serving.reviews.checks_csv import safe_cell
from serving.schemas.enforcement.plain_text import mark_hidden


def answers_csv(columns: Sequence[str], answers: Iterable[object], *, header: bool = True) -> str:
    """Give one line an answer with its fields of these names, below the line of column names unless that was given.

    A name may have points: `settings.country` is a field of a field.
    """
    rows: list[Sequence[object]] = [columns] if header else []
    return csv_lines([*rows, *([attrgetter(column)(answer) for column in columns] for answer in answers)])


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """Give rows of texts, numbers and booleans as lines.

    None is an empty cell, a day is as in ISO 8601, and entries of a list are separated by semicolons. Text that could
    be a formula has one apostrophe more (`safe_cell`), and characters that nothing shows or that turn text around are
    given by their numbers (`mark_hidden`).
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return safe_cell(mark_hidden(value)) if isinstance(value, str) else repr(value)
