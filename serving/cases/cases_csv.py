"""Lists of cases as CSV for spreadsheets: RFC 4180, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from serving.reviews.checks_csv import safe_cell
from serving.schemas.enforcement.cases import CaseSummary

COLUMNS: Final = (
    "case_id", "created_at", "member_id", "opened_by", "rule_id", "product", "ground", "country", "jurisdiction",
    "state", "fast_track", "listing_count", "due_at", "is_late", "paused_since", "decided_at", "decided_in_time",
    "closed_at", "reason_code", "reason",
)  # fmt: skip


def cases_header() -> str:
    """Give the line of column names."""
    return _lines([COLUMNS])


def cases_lines(cases: Iterable[CaseSummary]) -> str:
    """Give one line a case; text that could be a formula has one apostrophe more (`safe_cell`)."""
    return _lines([_cell(getattr(case, column)) for column in COLUMNS] for case in cases)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(str(value))


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
