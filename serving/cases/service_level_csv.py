"""The service level and its late cases as CSV for spreadsheets (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from serving.reviews.checks_csv import safe_cell
from serving.schemas.enforcement.service_level import LateCase, ServiceGroup, ServiceLevel, ServiceShare

_FIGURES: Final = tuple(ServiceShare.model_fields)
GROUP_COLUMNS: Final = ("group", "value", "name", *_FIGURES)
LATE_COLUMNS: Final = tuple(LateCase.model_fields)


def groups_csv(level: ServiceLevel) -> str:
    """Give a line for all cases, and one for each member, category, country and week."""
    rows = [_group_row("total", ServiceGroup(value=None, **level.total.model_dump()))]
    for name in ("member", "category", "country", "week"):
        rows += [_group_row(name, group) for group in getattr(level, f"by_{name}")]
    return _lines([GROUP_COLUMNS, *rows])


def late_csv_header() -> str:
    """Give the line of column names of late cases."""
    return _lines([LATE_COLUMNS])


def late_csv_lines(cases: Iterable[LateCase]) -> str:
    """Give one line a late case."""
    return _lines([_cell(getattr(one, column)) for column in LATE_COLUMNS] for one in cases)


def _group_row(name: str, group: ServiceGroup) -> list[str]:
    return [name, *(_cell(getattr(group, column)) for column in GROUP_COLUMNS[1:])]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(value) if isinstance(value, str) else repr(value)


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
