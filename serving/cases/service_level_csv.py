"""The service level and its late cases as CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv, csv_lines
from serving.schemas.enforcement.service_level import LateCase, ServiceGroup, ServiceLevel, ServiceShare

_FIGURES: Final = tuple(ServiceShare.model_fields)
GROUP_COLUMNS: Final = ("group", "value", "name", *_FIGURES)
LATE_COLUMNS: Final = tuple(LateCase.model_fields)


def groups_csv(level: ServiceLevel) -> str:
    """Give a line for all cases, and one for each member, category, country and week."""
    rows = [_group_row("total", ServiceGroup(value=None, **level.total.model_dump()))]
    for name in ("member", "category", "country", "week"):
        rows += [_group_row(name, group) for group in getattr(level, f"by_{name}")]
    return csv_lines([GROUP_COLUMNS, *rows])


def late_csv(cases: Iterable[LateCase], *, header: bool) -> str:
    """Give one line a late case, the first ones below the line of column names."""
    return answers_csv(LATE_COLUMNS, cases, header=header)


def _group_row(name: str, group: ServiceGroup) -> list[object]:
    return [name, *(getattr(group, column) for column in GROUP_COLUMNS[1:])]
