"""Whether an outcome follows from an examination against the product's checklist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.errors import ExaminationIncomplete
from serving.schemas.enforcement.buys import BuyState, ChecklistPoint, Finding


def require_findings(points: Sequence[ChecklistPoint], findings: Mapping[str, Finding]) -> None:
    """Refuse findings on points that the checklist lacks, and points without any; raises ExaminationIncomplete.

    A point that could not be checked is `not_checked`, so that nothing is left out by accident.
    """
    known = {point.point_id for point in points}
    unknown = sorted(findings.keys() - known)
    if unknown:
        raise ExaminationIncomplete(f"the checklist has no point {unknown[0]!r}; it has {', '.join(sorted(known))}")
    left_out = [point.point_id for point in points if point.point_id not in findings]
    if left_out:
        raise ExaminationIncomplete(
            f"the point {left_out[0]!r} of the checklist has no finding; send pass, fail or not_checked for every point"
        )


def require_outcome(points: Sequence[ChecklistPoint], findings: Mapping[str, Finding], outcome: BuyState) -> None:
    """Refuse an outcome that the findings contradict; raises ExaminationIncomplete.

    `genuine` needs every decisive point to have passed, `counterfeit` at least one point to have failed.
    """
    if outcome == "genuine":
        for point in points:
            if point.decisive and findings[point.point_id].result != "pass":
                raise ExaminationIncomplete(
                    f"the decisive point {point.point_id!r} is {findings[point.point_id].result}, so the item is not "
                    "shown to be genuine; choose cant_tell or counterfeit, or examine it again"
                )
    if outcome == "counterfeit" and not any(finding.result == "fail" for finding in findings.values()):
        raise ExaminationIncomplete(
            "no point of the checklist failed, so nothing shows a counterfeit; choose cant_tell, or examine it again"
        )
