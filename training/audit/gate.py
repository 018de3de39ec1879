"""The audit that every training passes first."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from rich.console import Console

from training.audit.audit import audit_manifest, audit_table
from training.audit.guarantee_checks import CalibrationPlan
from training.audit.report import write_audit_report
from training.data.config import AuditDepth
from training.data.manifest import Manifest
from training.progress import photo_progress


def audit_before_training(
    manifest: Manifest,
    depth: AuditDepth,
    *,
    allow: Collection[str],
    threads: int,
    page: Path,
    console: Console,
    limits: tuple[float, float] = (0.05, 0.05),
    plan: CalibrationPlan | None = None,
) -> None:
    """Print the warnings, write the page, and raise AuditRefused where the data must not be used for training.

    `table` reads no photo. A finding whose code is in `allow` is a warning. `limits` are the run's alpha and beta, and
    `plan` is how it calibrates.
    """
    alpha, beta = limits
    if depth == "table":
        audit = audit_table(manifest, alpha=alpha, beta=beta, plan=plan, allow=allow)
    else:
        with photo_progress("audit", len(manifest.rows), console) as advance:
            audit = audit_manifest(
                manifest,
                alpha=alpha,
                beta=beta,
                plan=plan,
                allow=allow,
                threads=threads,
                advance=lambda: advance(1),
            )
    for finding in audit.findings:
        if finding.level == "warn":
            console.print(f"audit: {finding.message}: {finding.advice} [{finding.code}]", style="yellow", markup=False)
    if audit.findings:
        write_audit_report(audit, page)
    audit.raise_if_refused()
