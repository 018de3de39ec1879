from __future__ import annotations

import pytest

from serving.principal import SERVER, Principal
from serving.schemas.enforcement.cases import CaseActor
from serving.store.cases.case_values import is_found_by_automation
from tests.serving.builders.cases.new_cases import MUGS, TOYS, stored


@pytest.mark.parametrize(
    ("caller", "member_id", "role"),
    [
        (SERVER, "m", "operator"),
        (SERVER, None, "operator"),
        (TOYS, "m", "notifier"),
        (TOYS, None, "holder"),  # the operator's finding about a product of this member
        (TOYS, "n", "holder"),
        (MUGS, "m", "holder"),
    ],
)
def test_who_sees_a_case_acts_on_it_in_one_role(caller: Principal, member_id: str | None, role: CaseActor) -> None:
    assert stored(member_id=member_id).role_of(caller) == role


@pytest.mark.parametrize(
    ("opened_by", "outcomes", "found"),
    [
        ("rule", [None], True),
        ("cluster", [None], True),
        ("member", [None], False),
        ("member", ["genuine", "review", "unsupported"], False),
        ("member", ["genuine", "counterfeit"], True),
        ("test_buy", [None], False),
    ],
)
def test_automated_means_found_what_they_flagged(opened_by: str, outcomes: list[str | None], found: bool) -> None:
    assert is_found_by_automation(opened_by, outcomes) == found
