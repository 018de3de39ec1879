from __future__ import annotations

import pytest

from serving.principal import SERVER, Principal
from serving.schemas.enforcement.cases import CaseActor
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
