"""Standings on fast track as CSV for spreadsheets (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from serving.reviews.checks_csv import safe_cell
from serving.schemas.enforcement.standing import FastTrackStatus

STATUS_COLUMNS: Final = (
    "subject_kind", "subject_id", "member_id", "name", "standing", "since", "until", "evaluated_at", "decided",
    "upheld", "counter_notices_won", "upheld_share", "counter_share",
)  # fmt: skip


def statuses_csv(statuses: Iterable[FastTrackStatus]) -> str:
    """Give the line of column names, and one line a standing."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(STATUS_COLUMNS)
    lines.writerows([_cell(getattr(status, column)) for column in STATUS_COLUMNS] for status in statuses)
    return text.getvalue()


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    return safe_cell(value) if isinstance(value, str) else repr(value)
