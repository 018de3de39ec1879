"""Rules by which checks open cases, as CSV; several products of one are separated by semicolons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.case_rules import CaseRule

COLUMNS: Final = (
    "rule_id", "created_at", "kind", "member_id", "enabled", "settings.country", "settings.ground",
    "settings.max_authenticity", "settings.upheld_cases", "settings.days", "settings.products",
)  # fmt: skip


def rules_csv(rules: Iterable[CaseRule]) -> str:
    """Give one line a rule, below the column names."""
    return answers_csv(COLUMNS, rules)
