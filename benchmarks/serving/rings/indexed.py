"""A store in which a drawn marketplace was indexed, as the server does it."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from sqlalchemy import Table, insert

from benchmarks.serving.rings.market import SoldListing
from serving.sellers.deciders import COMMON_FROM, DECIDERS
from serving.sellers.traced import listing_key_of, party_of
from serving.store.sellers.cluster_rows import ClusterRows
from serving.store.sellers.trace_rows import NewTraces, TraceRows
from serving.store.store import Store, open_store
from serving.store.tables import CheckRow

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def index_market(folder: Path, sold: Sequence[SoldListing], *, database_url: str = "", every: int = 0) -> float:
    """Write the checks and index each; gives seconds a listing.

    Clusters are computed anew after `every` listings; 0: not at all.
    """
    store = open_store(folder, database_url=database_url)
    try:
        return asyncio.run(_index(store, sold, every))
    finally:
        store.close()


async def _index(store: Store, sold: Sequence[SoldListing], every: int) -> float:
    database = store.event_rows._database
    rows: list[dict[str, object]] = [
        {
            "check_id": one.check_id, "created_at": START + number * datetime.timedelta(minutes=5), "member_id": None,
            "listing_id": f"listing-{number}", "seller_id": one.seller, "product": one.product, "outcome": "review",
            "authenticity": 0.5, "uncertainty": 1.0, "decision": None, "bundle_sha256": "0" * 64, "views": None,
            "attributes": {}, "answer": "{}",
        }
        for number, one in enumerate(sold)
    ]  # fmt: skip
    for start in range(0, len(rows), 2000):
        await database.write_rows([(insert(cast(Table, CheckRow.__table__)), rows[start : start + 2000])])
    traces, clusters = TraceRows(database), ClusterRows(database)
    begun = time.perf_counter()
    for number, one in enumerate(sold, start=1):
        listing_id = str(rows[number - 1]["listing_id"])
        await traces.add(
            NewTraces(
                check_id=one.check_id,
                listing_key=listing_key_of(one.product, listing_id, one.check_id),
                party=party_of(one.seller, ""),
                product=one.product,
                amount=one.price,
                currency="EUR",
                texts=one.texts,
                pictures=one.pictures,
            ),
            COMMON_FROM,
        )
        if every and (number % every == 0 or number == len(sold)):
            while await clusters.refresh(DECIDERS, START):
                pass
        if number % 5000 == 0:
            print(f"  {number} listings, {(time.perf_counter() - begun) / number * 1000:.1f} ms each", flush=True)
    return (time.perf_counter() - begun) / len(sold)
