from __future__ import annotations

import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from serving.schemas.enforcement.standing import MisuseStepSent, TrustedFlaggerSent

FLAGGER = {"authority": "Coordinator", "country": "DE", "since": "2026-01-01"}


@pytest.mark.parametrize("until", [None, "2026-01-01", "2027-06-30"])
def test_a_status_ends_on_its_first_day_or_later_or_at_no_known_time(until: str | None) -> None:
    expected = None if until is None else datetime.date.fromisoformat(until)
    assert TrustedFlaggerSent.model_validate({**FLAGGER, "until": until}).until == expected


@pytest.mark.parametrize(
    "changed",
    [{"until": "2025-12-31"}, {"country": "de"}, {"authority": " "}, {"authority": "a\u202eb"}, {"since": "soon"}],
)
def test_a_status_that_cannot_be_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TrustedFlaggerSent.model_validate({**FLAGGER, **changed})


@pytest.mark.parametrize(
    ("sent", "is_valid"),
    [
        ({"kind": "warning", "reason": "x"}, True),
        ({"kind": "lifting", "reason": "x"}, True),
        ({"kind": "suspension", "reason": "x", "days": 1}, True),
        ({"kind": "suspension", "reason": "x", "days": 180}, True),
        ({"kind": "suspension", "reason": "x", "days": 181}, False),
        ({"kind": "suspension", "reason": "x"}, False),
        ({"kind": "warning", "reason": "x", "days": 1}, False),
        ({"kind": "warning", "reason": ""}, False),
        ({"kind": "warning", "reason": "a\u2066b"}, False),
    ],
)
def test_a_suspension_has_days_and_every_step_a_reason(sent: dict[str, Any], is_valid: bool) -> None:
    if is_valid:
        assert MisuseStepSent.model_validate(sent).kind == sent["kind"]
    else:
        with pytest.raises(ValidationError):
            MisuseStepSent.model_validate(sent)
