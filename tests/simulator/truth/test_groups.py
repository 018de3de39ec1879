"""A group knows what other members shared and did not take back."""

from __future__ import annotations

import datetime

from simulator.truth.events import Event, GroupAsked, GroupLeft, MemberJoined, SellerShared
from simulator.truth.groups import TrueBank
from simulator.truth.ledger import Ledger

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def shared(member_id: str, check_id: str, seller_id: str) -> SellerShared:
    return SellerShared(at=AT, group_id="g", member_id=member_id, check_id=check_id, seller_id=seller_id)


def asked(member_id: str, seller_id: str) -> GroupAsked:
    return GroupAsked(at=AT, group_id="g", member_id=member_id, seller_id=seller_id, answered=())


def test_an_answer_names_other_members_and_counts_their_items_in_force() -> None:
    members = {
        one: MemberJoined(at=AT, member_id=one, name=one.upper(), category="toys", country="DE", product=one)
        for one in ("a", "b", "c")
    }
    happened: list[Event] = [
        shared("a", "1", "ring"),
        shared("b", "2", "ring"),
        shared("b", "3", "ring"),
        asked("a", "ring"),
        asked("c", "ring"),
        asked("c", "another"),
        GroupLeft(at=AT, group_id="g", member_id="b"),
        asked("c", "ring"),
    ]
    bank = TrueBank(Ledger(happened), "g", members)
    assert [names for _, names in bank.answers] == [["B"], ["A", "B"], [], ["A"]]
    assert bank.matches == {("a", "1"): 2}
