"""How long lists, counts and moves of takedown cases take in a store of many cases.

python -m benchmarks.serving.lists.cases [--cases 50000]

Writes a database with that many cases of 200 products and 40 members into a temporary folder, and times each list for
the operator and for a member with five products: milliseconds, median and 95th percentile of many runs taken in turn,
as they passed and of the processor, which a busy machine does not change.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import functools
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Table, insert

from serving.cases.service_level import service_level
from serving.principal import SERVER, Principal
from serving.schemas.enforcement.cases import CaseSort
from serving.schemas.enforcement.service_level import ServiceLevel
from serving.store.cases.case_list import CaseFilter
from serving.store.cases.service_rows import ServiceFilter, ServiceRows
from serving.store.database.migrations import migrate
from serving.store.database.sqlite import connect
from serving.store.store import open_store
from serving.store.tables import CaseListingRow, CaseMoveRow, CaseRow

RUNS: Final = 40
PAGE: Final = 50
START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
STATES: Final = {
    "received": 4,
    "in_review": 2,
    "upheld": 10,
    "rejected": 6,
    "forwarded": 20,
    "reinstated": 3,
    "closed": 55,
}
COUNTRIES: Final = ("CN", "DE", "FR", "US", "JP", "IT")
PRODUCTS: Final = 200
MEMBERS: Final = 40
MEMBER: Final = Principal(
    name="m", rate_key="m", member_id="member-1", products=frozenset(f"product-{1 + 40 * n}" for n in range(5))
)


async def measure(cases: int) -> dict[str, list[tuple[float, float]]]:
    """Give the milliseconds of each run of each list, by its name: passed, and of the processor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder, cases)
        store = open_store(folder)
        try:
            now = START + datetime.timedelta(minutes=10 * cases)
            rows = store.case_rows
            lists: dict[str, Callable[[], Awaitable[object]]] = {}
            kinds: tuple[tuple[str, CaseFilter, CaseSort], ...] = (
                ("newest", CaseFilter(), "newest"),
                ("due next", CaseFilter(), "due"),
                ("late", CaseFilter(late_at=now), "due"),
                ("one state", CaseFilter(state="upheld"), "newest"),
                ("one seller", CaseFilter(seller_id="seller-7"), "newest"),
            )
            for who, principal in (("operator", SERVER), ("member", MEMBER)):
                for what, wanted, sort in kinds:
                    page = functools.partial(rows.find_page, principal, wanted, PAGE, now, sort=sort)
                    lists[f"{what}, {who}"] = page
                lists[f"counts, {who}"] = functools.partial(rows.count, principal, CaseFilter(), now)
                level = functools.partial(_service_level, store.service_rows, principal, now)
                lists[f"service level, {who}"] = level
            taken: dict[str, list[tuple[float, float]]] = {what: [] for what in lists}
            for _ in range(RUNS):
                for what, read in lists.items():
                    start, cpu = time.perf_counter(), time.process_time()
                    await read()
                    taken[what].append((1000 * (time.perf_counter() - start), 1000 * (time.process_time() - cpu)))
        finally:
            store.close()
    return taken


async def _service_level(rows: ServiceRows, principal: Principal, now: datetime.datetime) -> ServiceLevel:
    """What the dashboard reads: the counts, and the shares and intervals of each group."""
    return service_level(await rows.count(principal, ServiceFilter(), now), ServiceFilter(), now)


def _fill(folder: Path, cases: int) -> None:
    engine = connect(folder / "checks.sqlite")
    migrate(engine)
    rng = random.Random(1)
    with engine.begin() as connection:
        for first in range(0, cases, 5000):
            rows = [_row(number, rng) for number in range(first, min(first + 5000, cases))]
            connection.execute(insert(cast(Table, CaseRow.__table__)), rows)
            connection.execute(insert(cast(Table, CaseMoveRow.__table__)), [_move(row) for row in rows])
            listings = [_listing(row, rng) for row in rows]
            connection.execute(insert(cast(Table, CaseListingRow.__table__)), listings)
    engine.dispose()


def _row(number: int, rng: random.Random) -> dict[str, Any]:
    state = rng.choices([*STATES], [*STATES.values()])[0]
    at, waits = START + number * datetime.timedelta(minutes=10), state in ("received", "in_review")
    product = rng.randrange(PRODUCTS)
    return {
        "case_id": str(uuid.UUID(int=(int(at.timestamp() * 1000) << 80) | (0x7 << 76) | rng.getrandbits(60))),
        "created_at": at,
        "member_id": None if rng.random() < 0.2 else f"member-{product % MEMBERS}",
        "opened_by": rng.choice(("member", "rule", "operator")),
        "product": f"product-{product}",
        "ground": "trademark",
        "country": rng.choice(COUNTRIES),
        "jurisdiction": "EU",
        "statement": "The logo is a copy. " * 10,
        "state": state,
        "version": 1,
        "fast_track": rng.random() < 0.1,
        "due_at": at + datetime.timedelta(days=1),
        "due_calendar": "holidays 0.109 DE, tzdata 2026.1 Europe/Berlin",
        "paused_s": 0.0,
        "decided_at": None if waits else at + datetime.timedelta(hours=9),
        "decided_in_time": None if waits else rng.random() < 0.97,
        "reason": "",
    }


def _move(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_id": row["case_id"], "sequence": 1, "at": row["created_at"], "to_state": row["state"],
        "actor": "operator", "actor_name": "a", "reason": "",
    }  # fmt: skip


def _listing(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    number = rng.randrange(10**6)
    return {
        "case_id": row["case_id"], "position": 0, "listing_id": str(number), "seller_id": f"seller-{number % 5000}",
        "url": f"https://shop.example/{number}",
    }  # fmt: skip


def main() -> None:
    """Print a line for each list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=50_000)
    for what, taken in asyncio.run(measure(parser.parse_args().cases)).items():
        passed, cpu = zip(*taken, strict=True)
        p95, p95_cpu = (statistics.quantiles(one, n=20)[-1] for one in (passed, cpu))
        print(
            f"{what:22} median {statistics.median(passed):6.1f} ms, p95 {p95:6.1f} ms; "
            f"of the processor {statistics.median(cpu):6.1f} and {p95_cpu:6.1f} ms"
        )


if __name__ == "__main__":
    main()
