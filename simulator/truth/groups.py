"""What a working group knows of sellers: who shared whom, and what each question had to be answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from simulator.truth.events import GroupAsked, GroupLeft, MemberJoined, SellerShared
from simulator.truth.ledger import Ledger

Item = tuple[str, str]  # member and check


class TrueBank:
    """The bank of a group after all that happened: how often each item in force was counted by an answer."""

    def __init__(self, ledger: Ledger, group_id: str, members: Mapping[str, MemberJoined]) -> None:
        self.matches: dict[Item, int] = {}
        self.answers: list[tuple[GroupAsked, list[str]]] = []  # each question, with the names that it had to give
        givers: dict[str, list[Item]] = defaultdict(list)  # by seller
        for event in _of_group(ledger, group_id):
            if isinstance(event, SellerShared):
                self.matches[event.member_id, event.check_id] = 0
                givers[event.seller_id].append((event.member_id, event.check_id))
            elif isinstance(event, GroupLeft):
                self.matches = {item: count for item, count in self.matches.items() if item[0] != event.member_id}
            else:
                found = [item for item in givers[event.seller_id] if item in self.matches]
                others = [item for item in found if item[0] != event.member_id]
                for item in others:
                    self.matches[item] += 1
                self.answers.append((event, sorted({members[member_id].name for member_id, _ in others})))


def _of_group(ledger: Ledger, group_id: str) -> Iterator[SellerShared | GroupAsked | GroupLeft]:
    for event in ledger.events:
        if isinstance(event, SellerShared | GroupAsked | GroupLeft) and event.group_id == group_id:
            yield event
