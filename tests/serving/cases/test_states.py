"""Every (from, to, who, jurisdiction) against a table written by hand from docs/cases.md, not from the code."""

from __future__ import annotations

from typing import get_args

import pytest

from serving.cases.states import END_STATES, MOVES, find_move, moves_from
from serving.schemas.enforcement.cases import CASE_STATES, CaseActor, CaseState, Jurisdiction

ACTORS: tuple[CaseActor, ...] = get_args(CaseActor)
JURISDICTIONS: tuple[Jurisdiction, ...] = get_args(Jurisdiction)
# o: operator, n: notifier, h: another holder of the product, s: seller; CN, EU: the server, there alone
EXPECTED = """
received       in_review      o
received       upheld         o
received       rejected       o
received       withdrawn      o n
in_review      upheld         o
in_review      rejected       o
in_review      withdrawn      o n
upheld         forwarded      o
upheld         reinstated     o n
upheld         closed         o
rejected       in_review      o n
rejected       closed         o EU
forwarded      counter_notice o s
forwarded      reinstated     o n
forwarded      closed         o EU
counter_notice holder_acted   o n h
counter_notice reinstated     o n CN
counter_notice upheld         o !CN
holder_acted   reinstated     o n
holder_acted   closed         o
reinstated     closed         o
"""
LETTERS: dict[str, CaseActor] = {"o": "operator", "n": "notifier", "h": "holder", "s": "seller"}


def allowed() -> set[tuple[str, str, str, str]]:
    found: set[tuple[str, str, str, str]] = set()
    for line in EXPECTED.split("\n"):
        if not line:
            continue
        start, end, *who = line.split()
        for jurisdiction in JURISDICTIONS:
            if f"!{jurisdiction}" in who:
                continue
            found |= {(start, end, LETTERS[letter], jurisdiction) for letter in who if letter in LETTERS}
            if jurisdiction in who:
                found.add((start, end, "server", jurisdiction))
    return found


@pytest.mark.parametrize("start", CASE_STATES)
def test_every_pair_of_states_is_allowed_to_exactly_these(start: CaseState) -> None:
    for jurisdiction in JURISDICTIONS:
        for end in CASE_STATES:
            rule = find_move(start, end)
            for actor in ACTORS:
                may = rule is not None and rule.allows(actor, jurisdiction)
                assert may == ((start, end, actor, jurisdiction) in allowed()), (start, end, actor, jurisdiction)
        for actor in ACTORS:
            listed = {rule.to_state for rule in moves_from(start, actor, jurisdiction)}
            assert listed == {one[1] for one in allowed() if one[0] == start and one[2:] == (actor, jurisdiction)}


def test_every_state_can_be_reached_and_left_but_for_the_ends() -> None:
    reached: set[CaseState] = {"received"}
    for _ in CASE_STATES:
        reached |= {rule.to_state for rule in MOVES if rule.from_state in reached}
    assert reached == set(CASE_STATES)
    assert {rule.from_state for rule in MOVES} == set(CASE_STATES) - END_STATES


def test_who_speaks_against_another_says_why() -> None:
    without = {(rule.from_state, rule.to_state) for rule in MOVES if not rule.needs_reason}
    assert {to for _, to in without} == {"in_review", "upheld", "withdrawn", "forwarded", "closed"}
    assert ("rejected", "in_review") not in without
