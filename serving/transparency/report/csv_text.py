"""The figures of a quarter as CSV: one row a figure, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from serving.schemas.enforcement.transparency import ReportFigures, TransparencyReport

HEADER: Final = ("quarter", "version", "table", "key", "value", "low", "high", "n", "hidden")
_Row = tuple[str, str, float | None, float | None, float | None, int | None, bool]


def csv_of(report: TransparencyReport) -> str:
    """Give a report as CSV with a header; a hidden value is empty, and its `hidden` is `true`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for table, key, value, low, high, n, hidden in _rows_of(report.figures):
        shown = ["" if one is None else one for one in (value, low, high, n)]
        writer.writerow([report.quarter, report.version or "draft", table, key, *shown, str(hidden).lower()])
    return text.getvalue()


def _rows_of(figures: ReportFigures) -> Iterator[_Row]:
    for table in figures.tables:
        for cell in (table.total, *table.cells):
            yield table.key, cell.key, cell.count, None, None, None, cell.hidden
    for share in figures.shares:
        yield "shares", share.key, share.share, share.low, share.high, share.n, share.hidden
    for estimate in figures.estimates:
        yield "estimates", estimate.key, estimate.value, estimate.low, estimate.high, estimate.n, estimate.hidden
    for name in ("median_hours", "listings_restricted", "counter_notices", "reinstated"):
        value = getattr(figures, name)
        yield "other", name, value, None, None, None, value is None
