"""Time lists of clusters and pages of one in a store: `python -m benchmarks.serving.rings.pages STORE`."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from pathlib import Path

from serving.principal import SERVER
from serving.sellers.answers import detail_of, summary_of
from serving.store.sellers.cluster_pages import ClusterPlace
from serving.store.store import Store, open_store

REQUESTS = 200


async def _measure(store: Store) -> None:
    pages, rng = store.cluster_pages, random.Random(1)
    ids: list[str] = []
    after: ClusterPlace | None = None
    while True:
        page = await pages.find_page(SERVER, sort="size", limit=200, after=after)
        ids += [one.cluster_id for one in page.clusters]
        if (after := page.next_place) is None:
            break
    lists, details = [], []
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        found = await pages.find_page(SERVER, sort=rng.choice(("size", "value")), currency="EUR", limit=50)
        await pages.find_currencies(SERVER)
        for one in found.clusters:
            summary_of(one).model_dump_json()
        lists.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        detail_of(await pages.find(SERVER, rng.choice(ids))).model_dump_json()
        details.append(time.perf_counter() - begun)
    print(f"{len(ids)} clusters")
    for name, times in (("list", lists), ("page", details)):
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{name}: median {statistics.median(times) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, of {REQUESTS}")


def main() -> None:
    """Print median and 95th percentile of what the server does for each."""
    store = open_store(Path(sys.argv[1]), check=False)
    try:
        asyncio.run(_measure(store))
    finally:
        store.close()


if __name__ == "__main__":
    main()
