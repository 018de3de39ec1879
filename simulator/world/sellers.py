"""The sellers of the simulation: honest ones, counterfeiters, and rings that adapt to takedowns."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import Literal

from simulator.world.photos import Item

SellerKind = Literal["honest", "counterfeit", "ring"]
ACCOUNTS_OF_A_RING = 2  # at first; it opens another one for each that is taken down
ITEMS_OF_A_RING = 5
TAKEDOWNS_PER_ACCOUNT = 4  # that a ring suffers before it sells under another account


@dataclasses.dataclass(slots=True, kw_only=True)
class Seller:
    """One person or ring; `accounts` are its seller ids, of which the `open_accounts` last ones are in use.

    `products` are numbers of members whose goods, real or not, it sells. `contact` is the text that its listings show,
    which a ring carries along from account to account.
    """

    name: str
    kind: SellerKind
    items: tuple[Item, ...]
    products: tuple[int, ...]
    contact: str
    accounts: list[str]
    taken_down: int = 0

    @property
    def accounts_in_use(self) -> Sequence[str]:
        """The accounts under which it sells now."""
        return self.accounts[-(ACCOUNTS_OF_A_RING if self.kind == "ring" else 1) :]

    def suffer_takedown(self) -> str | None:
        """Count a takedown; gives the account that a ring opens because of it, if it does."""
        self.taken_down += 1
        if self.kind != "ring" or self.taken_down % TAKEDOWNS_PER_ACCOUNT:
            return None
        self.accounts.append(f"{self.name}-account-{len(self.accounts) + 1}")
        return self.accounts[-1]


def make_sellers(
    items: Sequence[Item], *, honest: int, counterfeit: int, rings: int, members: int, rng: random.Random
) -> list[Seller]:
    """Divide the items among the sellers, so that no two of them have a photo in common.

    Genuine items go to honest sellers. Counterfeit ones go to the rings, ITEMS_OF_A_RING each, and what is left to
    those who counterfeit alone. Raises ValueError where there are more sellers than items.
    """
    genuine = [item for item in items if item.label == "genuine"]
    fakes = [item for item in items if item.label == "counterfeit"]
    left = fakes[rings * ITEMS_OF_A_RING :]
    if len(genuine) < honest or len(left) < counterfeit:
        raise ValueError(f"{len(genuine)} genuine and {len(fakes)} counterfeit items are too few for the sellers")
    sellers = [_seller("honest", number, genuine[number::honest], members, rng) for number in range(honest)]
    sellers += [
        _seller("counterfeit", number, left[number::counterfeit], members, rng) for number in range(counterfeit)
    ]
    for number in range(rings):
        own = fakes[number * ITEMS_OF_A_RING : (number + 1) * ITEMS_OF_A_RING]
        sellers.append(_seller("ring", number, own, members, rng))
    return sellers


def _seller(kind: SellerKind, number: int, items: Sequence[Item], members: int, rng: random.Random) -> Seller:
    name = f"simulated-{kind}-seller-{number + 1:02d}"
    accounts = ACCOUNTS_OF_A_RING if kind == "ring" else 1
    return Seller(
        name=name,
        kind=kind,
        items=tuple(items),
        products=_choose_products(members, rng),
        contact=f"simulated: +999 {rng.randrange(10**9):09d}",  # of no country
        accounts=[f"{name}-account-{account + 1}" for account in range(accounts)],
    )


def _choose_products(members: int, rng: random.Random) -> tuple[int, ...]:
    """Draw one to four members' goods; those of the first members are in demand, as some brands are."""
    wanted = min(members, rng.randint(1, 4))
    chosen: set[int] = set()
    while len(chosen) < wanted:
        chosen.update(rng.choices(range(members), [(number + 1) ** -0.7 for number in range(members)]))
    return tuple(sorted(chosen))
