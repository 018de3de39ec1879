"""Test buys as CSV for spreadsheets: RFC 4180, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from serving.reviews.checks_csv import safe_cell
from serving.schemas.enforcement.buys import BuySummary

CSV_ROWS: Final = 100_000
COLUMNS: Final = (
    "buy_id", "plan_id", "state", "product", "listing_id", "seller_id", "check_id", "verdict", "authenticity",
    "selection", "probability", "expected_cost", "cost", "currency", "moved_at", "case_id",
)  # fmt: skip


def buys_csv(buys: Iterable[BuySummary]) -> str:
    """Give the line of column names, and one line a test buy."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for buy in buys:
        writer.writerow(_cell(getattr(buy, name)) for name in COLUMNS)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return safe_cell(value) if isinstance(value, str) else repr(value)
