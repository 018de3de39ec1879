"""The clusters of sellers beside the rings that were planted."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.rings import Ring


async def compare_clusters(comparison: Comparison, api: Api, truth: Iterable[Ring], who: str) -> None:
    """Compare who is in each cluster, with how many listings, and how large the list says that it is."""
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for summary in await api.list_all("/v1/clusters", "clusters", limit=200):
        cluster = await api.get(f"/v1/clusters/{summary['cluster_id']}/report")
        accounts = {node["seller_id"]: node["listings"] for node in cluster["seller_nodes"]}
        found[tuple(sorted(accounts))] = accounts
        sizes = {"sellers": len(accounts), "listings": sum(accounts.values())}
        answered = {name: summary[name] for name in sizes}
        comparison.equal(f"clusters: size of {summary['cluster_id']} of {who}", truth=sizes, answered=answered)
    comparison.equal_items(f"clusters: of {who}", truth={tuple(sorted(ring)): ring for ring in truth}, answered=found)
