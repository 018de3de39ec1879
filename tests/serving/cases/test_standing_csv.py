from __future__ import annotations

from serving.cases.standing_csv import STATUS_COLUMNS, statuses_csv
from serving.schemas.enforcement.standing import FastTrackStatus


def test_a_standing_is_a_row_and_no_formula() -> None:
    status = FastTrackStatus(
        subject_kind="member", subject_id="m", member_id="m", name="=Toys", standing="out", since="s", until="u",
        evaluated_at="e", decided=2, upheld=1, counter_notices_won=0, upheld_share=0.5, counter_share=None,
    )  # fmt: skip
    header, row = statuses_csv([status]).splitlines()
    assert header == ",".join(STATUS_COLUMNS)
    assert row == "member,m,m,'=Toys,out,s,u,e,2,1,0,0.5,"
