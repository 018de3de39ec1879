from __future__ import annotations

from typing import get_args

from serving.schemas.check_lists import DecisionWanted
from serving.schemas.checks import Decision


def test_every_decision_can_be_filtered_by() -> None:
    assert set(get_args(DecisionWanted)) == {*get_args(Decision), "none", "decided"}
