"""An audit as JSON and as a page that stands alone, with small pictures of each finding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.audit.audit import Audit
from training.audit.finding import Finding
from training.audit.shortcuts import ShortcutBaseline
from training.data.manifest import Manifest, PhotoRow
from training.errors import AuditRefused
from training.html.page import render_page
from training.html.pictures import photo_picture
from vision.errors import PhotoError

GROUPS_SHOWN = 12  # of a finding, so that the page stays small enough to send
_PHOTOS_SHOWN = 4  # of a group
_ROWS_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOfRow:
    """One photo on the page; `uri` is a data URI, or None when the photo can't be read."""

    row: PhotoRow
    uri: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingOnPage:
    """A finding with its pictures, and the lines of the manifest that it is about."""

    finding: Finding
    groups: tuple[tuple[PictureOfRow, ...], ...]
    hidden_groups: int
    lines: str


def audit_as_dict(audit: Audit) -> dict[str, object]:
    """The audit as JSON-able values; `rows` are line numbers of the manifest (its header is line 1)."""
    manifest = audit.manifest
    return {
        "manifest": str(manifest.path),
        "data_hash": manifest.sha256,
        "photos": len(manifest.rows),
        "listings": len(manifest.listings),
        "products": list(manifest.products),
        "reading": manifest.reading_in_words(),
        "refused": bool(audit.refusals),
        "findings": [
            {
                "code": finding.code,
                "level": finding.level,
                "message": finding.message,
                "advice": finding.advice,
                "rows": [manifest.rows[index].row for index in finding.rows],
                "groups": [[manifest.rows[index].row for index in group] for group in finding.groups],
            }
            for finding in audit.findings
        ],
        "shortcuts": [_baseline_as_dict(baseline) for baseline in audit.baselines],
    }


def _baseline_as_dict(baseline: ShortcutBaseline) -> dict[str, object]:
    return {
        "shortcut": baseline.shortcut,
        "auroc": baseline.auroc.value,
        "low": baseline.auroc.low,
        "high": baseline.auroc.high,
        "n_listings": baseline.n_listings,
        "n_photos": baseline.n_photos,
    }


def write_audit_report(audit: Audit, path: Path) -> None:
    """Write the audit to `path`: JSON if it ends in .json, else a page.

    Raises AuditRefused when the file can't be written.
    """
    if path.suffix.lower() == ".json":
        text = json.dumps(audit_as_dict(audit), indent=2) + "\n"
    else:
        shown = [_on_page(audit.manifest, finding) for finding in audit.findings]
        text = render_page("audit.html.j2", audit=audit, manifest=audit.manifest, shown=shown)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AuditRefused(f"the report can't be written to {path} ({error.strerror}); give another --out.") from error


def _on_page(manifest: Manifest, finding: Finding) -> FindingOnPage:
    groups = finding.groups[:GROUPS_SHOWN]
    return FindingOnPage(
        finding=finding,
        groups=tuple(
            tuple(_picture(row) for row in _differing_first([manifest.rows[index] for index in group])[:_PHOTOS_SHOWN])
            for group in groups
        ),
        hidden_groups=len(finding.groups) - len(groups),
        lines=_lines([manifest.rows[index].row for index in finding.rows]),
    )


def _differing_first(rows: Sequence[PhotoRow]) -> list[PhotoRow]:
    """The rows with those first that differ from all before them, since a finding is about the difference."""
    seen: set[tuple[object, ...]] = set()
    first: list[PhotoRow] = []
    rest: list[PhotoRow] = []
    for row in rows:
        kind = (row.product, row.label, row.listing, row.split, row.fold)
        (rest if kind in seen else first).append(row)
        seen.add(kind)
    return [*first, *rest]


def _picture(row: PhotoRow) -> PictureOfRow:
    try:
        return PictureOfRow(row=row, uri=photo_picture(row.photo))
    except (PhotoError, OSError):
        return PictureOfRow(row=row, uri=None)


def _lines(rows: Sequence[int]) -> str:
    """`2, 4, 7 … and 12 more`."""
    shown = ", ".join(map(str, rows[:_ROWS_LISTED]))
    return shown + (f" … and {len(rows) - _ROWS_LISTED} more" if len(rows) > _ROWS_LISTED else "")
