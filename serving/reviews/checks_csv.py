"""Checks as CSV for spreadsheets: RFC 4180, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from serving.schemas.checks import CheckRecord

CSV_MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
COLUMNS: Final = (
    "check_id", "created_at", "listing_id", "seller_id", "product", "outcome", "authenticity", "authenticity_kind",
    "counterfeit_share", "advisory", "reasons", "photos", "photos_unreadable", "decision", "decided_at", "note",
    "bundle", "bundle_version", "graph",
)  # fmt: skip
# What makes a spreadsheet read a cell as a formula (OWASP, CSV injection), with the full-width forms, and the escape.
_ESCAPED: Final = tuple("=+-@\t\r\n'＝＋－＠")


def csv_header() -> str:
    """Give the line of column names."""
    return _lines([COLUMNS])


def csv_lines(checks: Iterable[CheckRecord]) -> str:
    """Give one line a check; text that could be a formula has one apostrophe more (`safe_cell`)."""
    return _lines(_row(check) for check in checks)


def safe_cell(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet may run, and before text that begins with one.

    So exactly one leading apostrophe is to be removed to have the text again, whatever it was.
    """
    return f"'{text}" if text.startswith(_ESCAPED) else text


def _row(check: CheckRecord) -> tuple[str, ...]:
    latest = check.reviews[-1] if check.reviews else None
    return (
        check.check_id,
        check.created_at,
        safe_cell(check.listing_id or ""),
        safe_cell(check.seller_id or ""),
        safe_cell(check.product),
        check.outcome,
        "" if check.authenticity is None else repr(check.authenticity),
        check.authenticity_kind,
        repr(check.counterfeit_share),
        "true" if check.advisory else "false",
        " ".join(dict.fromkeys(reason.code for reason in check.reasons)),
        str(len(check.photos)),
        str(sum(photo.error is not None for photo in check.photos)),
        "" if latest is None else latest.decision,
        "" if latest is None else latest.created_at,
        "" if latest is None else safe_cell(latest.note),
        safe_cell(check.bundle.name),
        safe_cell(check.bundle.version),
        check.bundle.graph,
    )


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
