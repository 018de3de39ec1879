"""Statements of reasons and what came of sending them, as CSV; JSON lines have the fields of the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.transparency import ReasonsStatement

COLUMNS: Final = (
    "statement_id", "case_id", "position", "created_at", "state", "attempts", "due_at", "sent_at", "database_uuid",
    "status", "answer", "facts_added",
)  # fmt: skip


def statements_csv(statements: Iterable[ReasonsStatement], *, header: bool = True) -> str:
    """Give one line a statement, below the column names unless they were given."""
    return answers_csv(COLUMNS, statements, header=header)
