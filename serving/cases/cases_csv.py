"""Lists of cases as CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.cases import CaseSummary

COLUMNS: Final = (
    "case_id", "created_at", "member_id", "opened_by", "rule_id", "product", "ground", "country", "jurisdiction",
    "state", "fast_track", "listing_count", "due_at", "is_late", "paused_since", "decided_at", "decided_in_time",
    "closed_at", "reason_code", "reason",
)  # fmt: skip


def cases_csv(cases: Iterable[CaseSummary], *, header: bool) -> str:
    """Give one line a case, the first ones below the line of column names."""
    return answers_csv(COLUMNS, cases, header=header)
