from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from serving.schemas.checks import Outcome
from serving.schemas.jobs import EndState, JobCounts, JobOutcomes, LineState, ReplaySent


def test_every_outcome_of_a_check_is_counted() -> None:
    assert list(JobOutcomes.model_fields) == list(get_args(Outcome))


def test_every_state_of_a_line_is_counted() -> None:
    assert {*JobCounts.model_fields} == {*get_args(LineState), "outcomes"}
    assert {*get_args(EndState)} == {*get_args(LineState)} - {"waiting", "running"}


@pytest.mark.parametrize("lines", [[0], [-1], [2**31], [1.5], "all"])
def test_a_replay_names_lines_by_their_numbers(lines: object) -> None:
    assert ReplaySent.model_validate({"lines": [3, 1]}).lines == [3, 1]
    assert ReplaySent.model_validate({}).lines is None
    with pytest.raises(ValidationError):
        ReplaySent.model_validate({"lines": lines})
