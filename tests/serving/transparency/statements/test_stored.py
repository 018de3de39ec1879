from __future__ import annotations

import json

from serving.cases.decision_policy import DecisionPolicy
from serving.transparency.statements.statement import make_statement, puid_of
from serving.transparency.statements.stored import maker_of
from tests.serving.transparency.statements.listings import DECIDED


def test_what_is_stored_is_the_json_that_is_sent() -> None:
    policy = DecisionPolicy(scope="country")
    made = maker_of(policy)(DECIDED, "The grille differs.")
    assert json.loads(made.body) == make_statement(DECIDED, policy, "The grille differs.")
    assert made.puid == puid_of(DECIDED)
