"""The clusters of sellers beside the rings that were planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from simulator.api import Api
from simulator.comparison.figures import NOTHING, Comparison
from simulator.truth.rings import Ring


async def compare_clusters(comparison: Comparison, api: Api, truth: Iterable[Ring], who: str) -> None:
    """Compare each cluster's sellers and listings with the one ring that it is of, and with what the list says of it.

    An account that is in no cluster of its ring was not found, which is no wrong figure: it counts in
    `comparison.accounts`.
    """
    rings, largest = list(truth), Counter[int]()
    for summary in await api.list_all("/v1/clusters", "clusters", limit=200):
        cluster = await api.get(f"/v1/clusters/{summary['cluster_id']}/report")
        accounts = {node["seller_id"]: node["listings"] for node in cluster["seller_nodes"]}
        where = f"clusters: {summary['cluster_id']} of {who}"
        sizes = {"sellers": len(accounts), "listings": sum(accounts.values())}
        comparison.equal_items(where, truth=sizes, answered={name: summary[name] for name in sizes})
        of_rings = [number for number, ring in enumerate(rings) if accounts.keys() & ring.keys()]
        comparison.equal(f"{where}, rings", truth=1, answered=len(of_rings))
        for number in of_rings:
            own = {account: rings[number].get(account, NOTHING) for account in accounts}
            comparison.equal_items(f"{where}, listings", truth=own, answered=accounts)
            largest[number] = max(largest[number], len(accounts))
    comparison.accounts[who] = (largest.total(), sum(map(len, rings)))
