"""Complaints against decisions, as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.complaints import Complaint

COLUMNS: Final = (
    "complaint_id", "case_id", "side", "decision", "decision_sequence", "created_at", "text", "state", "decided_at",
    "decided_by", "reason", "case_state", "notice_id",
)  # fmt: skip


def complaints_csv(complaints: Iterable[Complaint]) -> str:
    """Give one line a complaint, below the column names."""
    return answers_csv(COLUMNS, complaints)
