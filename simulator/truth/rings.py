"""The planted rings: which accounts are one seller in truth, as far as their listings were checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from simulator.truth.events import AccountOpened, CheckMade
from simulator.truth.ledger import Ledger

Ring = dict[str, int]  # listings by account


def true_rings(ledger: Ledger, products: Collection[str] | None = None) -> list[Ring]:
    """Give each ring that shows itself under two accounts or more, by the checks of these products, None for all."""
    owners = {account.seller_id: account.owner for account in ledger.all(AccountOpened) if account.in_ring}
    listings = Counter(
        check.seller_id
        for check in ledger.all(CheckMade)
        if check.seller_id in owners and (products is None or check.product in products)
    )
    rings: dict[str, Ring] = {}
    for account, count in listings.items():
        rings.setdefault(owners[account], {})[account] = count
    return [ring for ring in rings.values() if len(ring) > 1]
