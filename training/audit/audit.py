"""The audit of a manifest: every check of the table and the photos, and the shortcut baselines."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from training.audit.finding import FINDING_CODES, Finding, FindingCode
from training.audit.guarantee_checks import CalibrationPlan
from training.audit.photo_checks import Facts, check_photos
from training.audit.photo_facts import read_facts
from training.audit.shortcuts import FOLDS, SHORTCUTS, Shortcut, ShortcutBaseline, shortcut_baseline
from training.audit.table_checks import check_table
from training.data.manifest import Manifest
from training.errors import AuditRefused, SplitError
from vision.tables.problems import nearest

FAR_FROM_CHANCE = 0.60
_NAMES: dict[Shortcut, str] = {
    "background": "the background alone",
    "colour": "the photo's colours alone",
    "file_metadata": "file size, dimensions, format and compression alone",
}
_CODES: dict[Shortcut, FindingCode] = {
    "background": "shortcut_background",
    "colour": "shortcut_colour",
    "file_metadata": "shortcut_file_metadata",
}
_ADVICE: dict[Shortcut, str] = {
    "background": "collect both classes in the same kind of places; expect figures in the field to be lower",
    "colour": "check whether a class has its own colourway or white balance; expect figures in the field to be lower",
    "file_metadata": "save both classes from equally good originals with one program, size and quality",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the audit found; refusals come first in `findings`, and `baselines` are empty where they were skipped."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    baselines: tuple[ShortcutBaseline, ...]

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that must be settled before training."""
        return tuple(finding for finding in self.findings if finding.level == "refuse")

    def raise_if_refused(self) -> None:
        """Raise AuditRefused with each refusal and what to do about it."""
        if self.refusals:
            lines = [f"  {finding.message}: {finding.advice} [{finding.code}]" for finding in self.refusals]
            raise AuditRefused(f"{self.manifest.path} is refused:\n" + "\n".join(lines))


def audit_manifest(
    manifest: Manifest,
    *,
    alpha: float = 0.05,
    beta: float = 0.05,
    plan: CalibrationPlan | None = None,
    far_from_chance: float = FAR_FROM_CHANCE,
    allow: Collection[str] = (),
    shortcuts: Collection[Shortcut] = SHORTCUTS,
    threads: int = 2,
    seed: int = 0,
    advance: Callable[[], None] = lambda: None,
) -> Audit:
    """Read every photo and run every check; `advance` is called after each photo.

    A finding whose code is in `allow` is a warning. `plan` is how a run calibrates, by default as the default settings
    do. Each of `shortcuts` is measured, and warns when its interval is
    above `far_from_chance`. Raises AuditRefused for an unknown code in `allow`.
    """
    _check_codes(allow)
    facts = read_facts(manifest.rows, threads=threads, advance=advance)
    baselines, unmeasured = _measure_shortcuts(manifest, facts, shortcuts, seed)
    findings = [*check_table(manifest, alpha=alpha, beta=beta, plan=plan), *check_photos(manifest, facts), *unmeasured]
    findings += [_shortcut_finding(baseline) for baseline in baselines if baseline.auroc.low > far_from_chance]
    return Audit(manifest=manifest, findings=_in_order(findings, allow), baselines=baselines)


def audit_table(
    manifest: Manifest,
    *,
    alpha: float = 0.05,
    beta: float = 0.05,
    plan: CalibrationPlan | None = None,
    allow: Collection[str] = (),
) -> Audit:
    """The part of the audit that reads no photo, for the start of every training."""
    _check_codes(allow)
    findings = check_table(manifest, alpha=alpha, beta=beta, plan=plan)
    return Audit(manifest=manifest, findings=_in_order(list(findings), allow), baselines=())


def _check_codes(allow: Collection[str]) -> None:
    for code in allow:
        if code not in FINDING_CODES:
            like = nearest(code, FINDING_CODES)
            hint = f"did you mean '{like}'?" if like else f"the codes are {', '.join(FINDING_CODES)}."
            raise AuditRefused(f"there is no finding '{code}' to allow; {hint}")


def _in_order(findings: list[Finding], allow: Collection[str]) -> tuple[Finding, ...]:
    allowed = [replace(finding, level="warn") if finding.code in allow else finding for finding in findings]
    return tuple(sorted(allowed, key=lambda finding: finding.level != "refuse"))


def _measure_shortcuts(
    manifest: Manifest, facts: Facts, shortcuts: Collection[Shortcut], seed: int
) -> tuple[tuple[ShortcutBaseline, ...], list[Finding]]:
    baselines: list[ShortcutBaseline] = []
    unmeasured: list[Finding] = []
    has_both = {"genuine", "counterfeit"} <= {row.label for row in manifest.rows}  # else there is nothing to predict
    for shortcut in shortcuts if has_both else ():
        try:
            baselines.append(shortcut_baseline(shortcut, manifest, facts, seed=seed))
        except SplitError:
            unmeasured.append(
                Finding(
                    code="shortcut_not_measured",
                    level="warn",
                    message=f"the AUROC of {_NAMES[shortcut]} could not be measured",
                    advice=f"add listings: the cross-validation takes {FOLDS} of each label"
                    + (", of different sellers" if any(row.seller for row in manifest.rows) else ""),
                )
            )
    return tuple(baselines), unmeasured


def _shortcut_finding(baseline: ShortcutBaseline) -> Finding:
    return Finding(
        code=_CODES[baseline.shortcut],
        level="warn",
        message=f"{_NAMES[baseline.shortcut]} reaches a listing AUROC of {baseline.auroc.value:.2f} "
        f"({baseline.auroc.low:.2f} to {baseline.auroc.high:.2f}; chance is 0.50)",
        advice=_ADVICE[baseline.shortcut],
    )
