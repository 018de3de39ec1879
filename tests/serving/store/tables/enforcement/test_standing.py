from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store.tables import FastTrackChangeRow, MisuseStepRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import plan_of


def test_what_concerns_a_member_is_found_by_an_index(session: Session) -> None:
    changes = select(FastTrackChangeRow.change_id).where(FastTrackChangeRow.member_id == "m")
    plan = plan_of(session, changes.order_by(FastTrackChangeRow.change_id.desc()))
    assert "ix_fast_track_changes_member_id_change_id" in plan
    assert "TEMP B-TREE" not in plan
    steps = select(MisuseStepRow.step_id).where(MisuseStepRow.member_id == "m")
    assert "ix_misuse_steps_member_id_step_id" in plan_of(session, steps.order_by(MisuseStepRow.step_id))


def test_one_key_takes_one_step(session: Session) -> None:
    for number in range(2):
        row = MisuseStepRow(
            step_id=str(number), member_id="m", kind="warning", at=NOW, reason="x", decided=1, unfounded=1,
            key_sha256="k",
        )  # fmt: skip
        session.add(row)
    with pytest.raises(IntegrityError):
        session.commit()
