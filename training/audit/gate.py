"""The audit that every training passes first."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from training.audit.audit import Audit, audit_manifest, audit_table
from training.audit.report import write_audit_report
from training.data.config import AuditDepth
from training.data.manifest import Manifest
from training.progress import photo_progress


def audit_before_training(
    manifest: Manifest, depth: AuditDepth, *, allow: Collection[str], threads: int, page: Path, console: Console
) -> None:
    """Print the warnings, write the page, and raise AuditRefused where the data must not be used for training.

    `table` reads no photo. A finding whose code is in `allow` is a warning.
    """
    audit = _audit(manifest, depth, allow, threads, console)
    for finding in audit.findings:
        if finding.level == "warn":
            console.print(f"audit: {finding.message}: {finding.advice} [{finding.code}]", style="yellow", markup=False)
    if audit.findings:
        write_audit_report(audit, page)
    audit.raise_if_refused()


def _audit(manifest: Manifest, depth: AuditDepth, allow: Collection[str], threads: int, console: Console) -> Audit:
    if depth == "table":
        return audit_table(manifest, allow=allow)
    with photo_progress("audit", len(manifest.rows), console) as advance:
        return audit_manifest(manifest, allow=allow, threads=threads, advance=lambda: advance(1))
