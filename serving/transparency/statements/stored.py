"""How a statement of reasons is stored: as the JSON that is sent."""

from __future__ import annotations

import functools
import json

from serving.cases.decision_policy import DecisionPolicy
from serving.store.transparency.decided_listing import DecidedListing
from serving.store.transparency.statement_rows import MadeStatement, Make
from serving.transparency.statements.statement import make_statement, puid_of


def maker_of(policy: DecisionPolicy) -> Make:
    """Give what makes the statement of a listing under a policy, with words of the operator; see `make_statement`."""
    return functools.partial(_made, policy)


def _made(policy: DecisionPolicy, listing: DecidedListing, added: str) -> MadeStatement:
    statement = make_statement(listing, policy, added)
    return MadeStatement(puid=puid_of(listing), body=json.dumps(statement, ensure_ascii=False, sort_keys=True))
