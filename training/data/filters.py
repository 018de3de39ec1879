"""Conditions on rows, such as `split==test` or `black_fraction<=0.35`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.data.columns import COLUMNS
from vision.errors import ManifestError
from vision.tables.problems import nearest
from vision.tables.table import Table, TableRow

_SHAPE = re.compile(r"^\s*(?P<column>[^=!<>]+?)\s*(?P<sign>==|!=|<=|>=|<|>|=)\s*(?P<value>.*?)\s*$")
_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """One condition such as `black_fraction<=0.35`; numbers where both sides are, else text."""

    column: str
    sign: str
    value: str

    def keeps(self, row: TableRow) -> bool:
        """Whether the row meets the condition; an empty cell never meets <, <=, > or >=."""
        cell = row.cells.get(self.column, "")
        left, right = _number(cell), _number(self.value)
        if left is not None and right is not None:
            return _NUMERIC[self.sign](left, right)
        if self.sign not in {"==", "!="}:
            if not cell:
                return False
            if right is not None:
                raise ManifestError(
                    f"row {row.row}: '{self.column}{self.sign}{self.value}' compares numbers, and '{self.column}' "
                    f"is '{cell}'; correct the cell or use == or !=."
                )
        return _TEXT[self.sign](cell, self.value)


def parse_filter(text: str) -> RowFilter:
    """Read `column sign value`, sign one of == != <= >= < >; raises ManifestError with an example otherwise."""
    match = _SHAPE.match(text)
    if match is None or match["sign"] == "=":
        raise ManifestError(
            f"filter '{text}' is not understood; write it as split==test, fold!=0 or black_fraction<=0.35."
        )
    value = match["value"]
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return RowFilter(column=match["column"], sign=match["sign"], value=value)


def filter_rows(table: Table, where: Sequence[str]) -> tuple[TableRow, ...]:
    """The rows that meet every condition; raises ManifestError for an unknown column."""
    filters = [parse_filter(text) for text in where]
    for condition in filters:
        if condition.column not in table.columns:
            like = nearest(condition.column, table.columns)
            hint = f"did you mean '{like}'?" if like else f"the columns are {', '.join(table.columns)}."
            optional = " (a column of the format, but not of this file)" if condition.column in COLUMNS else ""
            raise ManifestError(f"{table.path} has no column '{condition.column}'{optional} to filter on; {hint}")
    return tuple(row for row in table.rows if all(condition.keeps(row) for condition in filters))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
