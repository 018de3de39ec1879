from __future__ import annotations

import pytest

from serving.errors import ExaminationIncomplete
from serving.schemas.enforcement.buys import BuyState, ChecklistPoint, Finding, PointResult
from serving.test_buys.examination import require_findings, require_outcome

POINTS = [
    ChecklistPoint(point_id="seal", text="The seal shows the year.", decisive=True),
    ChecklistPoint(point_id="box", text="The box has a barcode."),
]


def found(seal: PointResult, box: PointResult) -> dict[str, Finding]:
    return {
        "seal": Finding(point_id="seal", result=seal, note=""),
        "box": Finding(point_id="box", result=box, note=""),
    }


def test_every_point_needs_a_finding_and_no_other_may_have_one() -> None:
    require_findings(POINTS, found("pass", "not_checked"))
    with pytest.raises(ExaminationIncomplete, match="'box' of the checklist has no finding"):
        require_findings(POINTS, {"seal": found("pass", "pass")["seal"]})
    with pytest.raises(ExaminationIncomplete, match="has no point 'lid'; it has box, seal"):
        require_findings(POINTS, {**found("pass", "pass"), "lid": Finding(point_id="lid", result="fail", note="")})


@pytest.mark.parametrize(
    ("seal", "box", "outcome", "complaint"),
    [
        ("pass", "pass", "genuine", None),
        ("pass", "fail", "genuine", None),
        ("fail", "pass", "genuine", "decisive point 'seal' is fail"),
        ("not_checked", "pass", "genuine", "decisive point 'seal' is not_checked"),
        ("fail", "pass", "counterfeit", None),
        ("pass", "fail", "counterfeit", None),
        ("pass", "not_checked", "counterfeit", "no point of the checklist failed"),
        ("not_checked", "not_checked", "cant_tell", None),
    ],
)
def test_an_outcome_follows_from_the_findings(
    seal: PointResult, box: PointResult, outcome: BuyState, complaint: str | None
) -> None:
    if complaint is None:
        require_outcome(POINTS, found(seal, box), outcome)
    else:
        with pytest.raises(ExaminationIncomplete, match=complaint):
            require_outcome(POINTS, found(seal, box), outcome)
