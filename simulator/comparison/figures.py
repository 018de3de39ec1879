"""What was compared, and what differed."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

NOTHING = "nothing"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure that the API gives otherwise than the truth has it."""

    where: str
    truth: Any
    answered: Any

    def __str__(self) -> str:
        return f"{self.where}: {self.answered!r}, and in truth {self.truth!r}"


class Comparison:
    """Counts the figures that were compared, and keeps those that differ.

    `accounts` has, by who looks, how many accounts are in the largest cluster of their ring, and how many rings have.
    """

    def __init__(self) -> None:
        self.compared: Counter[str] = Counter()  # by area
        self.differences: list[Difference] = []
        self.accounts: dict[str, tuple[int, int]] = {}

    def equal(self, where: str, *, truth: Any, answered: Any) -> None:
        """Compare one figure; `where` begins with its area, which ends at the first colon."""
        self.compared[where.partition(":")[0]] += 1
        if truth != answered:
            self.differences.append(Difference(where=where, truth=truth, answered=answered))

    def equal_items(self, where: str, *, truth: Mapping[Any, Any], answered: Mapping[Any, Any]) -> None:
        """Compare two tables, each of their rows as a figure."""
        for name in sorted({*truth, *answered}, key=str):
            self.equal(f"{where}[{name}]", truth=truth.get(name, NOTHING), answered=answered.get(name, NOTHING))
