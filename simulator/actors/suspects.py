"""Checks that a member's people take for counterfeits and have not notified yet."""

from __future__ import annotations

from collections import defaultdict

from simulator.truth.events import CheckMade


class Suspects:
    """What waits to be notified, by member."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[CheckMade]] = defaultdict(list)

    def add(self, check: CheckMade) -> None:
        """Note a check that the detector or a reviewer called counterfeit."""
        self._waiting[check.member_id].append(check)

    def take(self, member_id: str) -> list[CheckMade]:
        """Give what waits for a member, oldest first, and forget it."""
        return self._waiting.pop(member_id, [])
