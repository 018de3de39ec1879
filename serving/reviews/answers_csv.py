"""Answers of the API as CSV for spreadsheets: RFC 4180, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from serving.reviews.checks_csv import safe_cell
from serving.schemas.checks import Answered


def answers_csv(columns: Sequence[str], answers: Iterable[Answered]) -> str:
    """Give the line of column names, and one line an answer with its fields of these names.

    What is not there is an empty cell; text that could be a formula has one apostrophe more (`safe_cell`).
    """
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(columns)
    lines.writerows([_cell(getattr(answer, column)) for column in columns] for answer in answers)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(value) if isinstance(value, str) else repr(value)
