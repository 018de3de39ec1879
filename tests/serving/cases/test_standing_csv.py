from __future__ import annotations

import datetime

import pytest

from serving.cases.standing_csv import (
    CHANGE_COLUMNS,
    FLAGGER_COLUMNS,
    MISUSE_COLUMNS,
    STATUS_COLUMNS,
    STEP_COLUMNS,
    changes_csv,
    flaggers_csv,
    misuse_csv,
    statuses_csv,
    steps_csv,
)
from serving.routes.openapi.examples_standing import STANDING_EXAMPLES
from serving.schemas.checks import Answered
from serving.schemas.enforcement.standing import (
    FastTrackChange,
    FastTrackStatus,
    MisuseStatus,
    MisuseStep,
    TrustedFlagger,
)


def test_a_standing_is_a_row_and_no_formula() -> None:
    status = FastTrackStatus(
        subject_kind="member", subject_id="m", member_id="m", name="=Toys", standing="out", since="s", until="u",
        evaluated_at="e", decided=2, upheld=1, counter_notices_won=0, upheld_share=0.5, counter_share=None,
    )  # fmt: skip
    header, row = statuses_csv([status]).splitlines()
    assert header == ",".join(STATUS_COLUMNS)
    assert row == "member,m,m,'=Toys,out,s,u,e,2,1,0,0.5,"


def test_a_change_a_figure_of_misuse_and_a_step_are_rows() -> None:
    example = STANDING_EXAMPLES
    change = FastTrackChange.model_validate(example["FastTrackChange"])
    assert changes_csv([change]).startswith(",".join(CHANGE_COLUMNS) + "\r\n")
    member = MisuseStatus.model_validate(example["MisuseStatus"])
    assert misuse_csv([member]).splitlines()[1] == f"{member.member_id},Korvelle,40,6,0,0.15,,,warning"
    step = MisuseStep.model_validate(example["MisuseStep"])
    assert steps_csv([step]).endswith(",40,6\r\n")


@pytest.mark.parametrize(
    ("columns", "answer"),
    [
        (STATUS_COLUMNS, FastTrackStatus),
        (CHANGE_COLUMNS, FastTrackChange),
        (MISUSE_COLUMNS, MisuseStatus),
        (STEP_COLUMNS, MisuseStep),
    ],
)
def test_the_columns_are_all_that_the_api_gives(columns: tuple[str, ...], answer: type[Answered]) -> None:
    assert set(columns) == set(answer.model_fields)


def test_a_trusted_flagger_is_a_row_with_days() -> None:
    flagger = TrustedFlagger(
        member_id="m", authority="=Agency", country="DE", since=datetime.date(2026, 1, 1), until=None
    )
    header, row = flaggers_csv([flagger]).splitlines()
    assert set(FLAGGER_COLUMNS) == set(TrustedFlagger.model_fields)
    assert (header, row) == (",".join(FLAGGER_COLUMNS), "m,'=Agency,DE,2026-01-01,")
