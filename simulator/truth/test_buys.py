"""What became of the test buys, and how many of each plan had which outcome."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import Final

from serving.schemas.enforcement.buys import BuyState
from simulator.truth.events import BuyMoved, BuyPlanned
from simulator.truth.ledger import Ledger

OUTCOMES: Final = ("genuine", "counterfeit")
ENDED: Final = ("cant_tell", "cancelled", "not_delivered")  # without an outcome


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueBuy:
    """A test buy as it stands at the end, with what was paid for it."""

    planned: BuyPlanned
    state: BuyState
    cost: float | None


def true_buys(ledger: Ledger) -> list[TrueBuy]:
    """Give every test buy of an accepted plan, oldest first."""
    states: dict[str, BuyState] = {}
    costs: dict[str, float] = {}
    for move in ledger.all(BuyMoved):
        states[move.buy_id] = move.to
        if move.cost is not None:
            costs[move.buy_id] = move.cost
    return [
        TrueBuy(planned=planned, state=states.get(planned.buy_id, "planned"), cost=costs.get(planned.buy_id))
        for planned in ledger.all(BuyPlanned)
    ]


def count_findings(buys: Iterable[TrueBuy]) -> dict[str, int]:
    """Count purchases by what estimates are made of: outcomes, endings without one, and those that wait."""
    counts = Counter(
        buy.state if buy.state in OUTCOMES else "missing" if buy.state in ENDED else "waiting" for buy in buys
    )
    return {name: counts[name] for name in (*OUTCOMES, "missing", "waiting")}
