"""Test buys as CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.buys import BuySummary

CSV_ROWS: Final = 100_000
COLUMNS: Final = (
    "buy_id", "plan_id", "state", "product", "listing_id", "seller_id", "check_id", "verdict", "authenticity",
    "selection", "probability", "expected_cost", "cost", "currency", "moved_at", "case_id",
)  # fmt: skip


def buys_csv(buys: Iterable[BuySummary]) -> str:
    """Give the line of column names, and one line a test buy."""
    return answers_csv(COLUMNS, buys)
