"""What it costs a request to look its API key up, in CPU time of the process.

python -m benchmarks.accounts.authentication

For the key of the settings, a key of the operator in the store (SQLite), and one of a member with 20 products. The
least of ROUNDS rounds counts, since other work on the machine only adds to it.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

from serving.accounts.authentication import Authenticator
from serving.accounts.keys import Keys
from serving.principal import SCOPES, SERVER
from serving.schemas.accounts import KeySent, MemberSent
from serving.store.sortable_id import new_id, time_of
from serving.store.store import Store, open_store

SETTINGS_KEY: Final = "the key of the settings"
PRODUCTS: Final = 20
REQUESTS: Final = 3000
ROUNDS: Final = 7


async def measure(store: Store) -> dict[str, float]:
    """Give the microseconds of CPU for each kind of key."""
    authenticator = Authenticator(SETTINGS_KEY, store.key_rows)
    keys = Keys(store.key_rows, authenticator)
    products = [f"product-{number}" for number in range(PRODUCTS)]
    sent = MemberSent(name="member", category="toys", country="DK", products=products)
    member = await store.member_rows.add(SERVER, sent, time_of(new_id()))
    scopes = sorted(SCOPES)
    operators = await keys.create(SERVER, KeySent(label="operator", scopes=scopes))
    members = await keys.create(SERVER, KeySent(label="member", scopes=scopes, member_id=member.member_id))
    tokens = {"settings": SETTINGS_KEY, "operator": operators.key, "member": members.key}
    return {kind: min([await _round(authenticator, token) for _ in range(ROUNDS)]) for kind, token in tokens.items()}


async def _round(authenticator: Authenticator, token: str) -> float:
    start = time.process_time()
    for _ in range(REQUESTS):
        await authenticator.identify(token)
    return 1e6 * (time.process_time() - start) / REQUESTS


def main() -> None:
    """Measure with a store of its own, and print."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        try:
            for kind, cost_us in asyncio.run(measure(store)).items():
                print(f"{kind}: {cost_us:.0f} µs")
        finally:
            store.close()


if __name__ == "__main__":
    main()
