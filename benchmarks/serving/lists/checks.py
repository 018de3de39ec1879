"""How long lists of checks take beside the newest page, in a store of many checks.

python -m benchmarks.serving.lists.checks [--checks 200000]

Writes a database with that many checks of 2 kB each into a temporary folder, and times pages of 50, the counts, and one
list read by sorting all checks, as it would be without its index. Each figure is the shortest of several runs, taken
in turn, as a multiple of the newest page.
"""

from __future__ import annotations

import argparse
import datetime
import random
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.store.database.migrations import migrate
from serving.store.database.sqlite import connect
from serving.store.lists.check_counts import count_checks
from serving.store.lists.check_list import CheckFilter, list_page
from serving.store.tables import CheckRow

RUNS: Final = 7
PAGE: Final = 50
START: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
OUTCOMES: Final = {"genuine": 70, "counterfeit": 10, "review": 12, "insufficient": 5, "unsupported": 3}
LAST_DAY: Final = datetime.timedelta(days=1)


def measure(checks: int) -> dict[str, float]:
    """Give the seconds of each list, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(Path(folder) / "checks.sqlite")
        migrate(engine)
        with engine.begin() as connection:
            rng = random.Random(1)
            for first in range(0, checks, 5000):
                rows = [_row(number, rng) for number in range(first, min(first + 5000, checks))]
                connection.execute(insert(cast(Table, CheckRow.__table__)), rows)
        with Session(engine) as session:
            lists = _lists(session, START + checks * datetime.timedelta(minutes=1) - LAST_DAY)
            seconds = {name: float("inf") for name in lists}
            for _ in range(RUNS):
                for name, read in lists.items():
                    start = time.perf_counter()
                    read()
                    seconds[name] = min(seconds[name], time.perf_counter() - start)
                    session.expunge_all()
        engine.dispose()
    return seconds


def _lists(session: Session, last_day: datetime.datetime) -> dict[str, Callable[[], Any]]:
    def page(sort: Any = "newest", **wanted: Any) -> Callable[[], Any]:
        return lambda: list_page(session, SERVER, CheckFilter(**wanted), sort, None, PAGE)

    sorting = text("SELECT check_id FROM checks ORDER BY +uncertainty DESC, +check_id DESC LIMIT 50")
    return {
        "newest": page(),
        **{
            f"sort={sort}": page(sort)
            for sort in ("oldest", "uncertainty", "seller_id", "product", "outcome", "decision")
        },
        "queue": page(queue=True),
        "queue, sort=uncertainty": page("uncertainty", queue=True),
        "outcome=review": page(outcome="review"),
        "seller_id": page(seller_id="s1"),
        "since the last day": page(since=last_day),
        "product, sort=uncertainty": page("uncertainty", product="a"),
        "counts": lambda: count_checks(session, SERVER, CheckFilter()),
        "counts of the queue": lambda: count_checks(session, SERVER, CheckFilter(queue=True)),
        "sort=uncertainty without its index": lambda: session.execute(sorting).all(),
    }


def _row(number: int, rng: random.Random) -> dict[str, Any]:
    made = START + number * datetime.timedelta(minutes=1)
    authenticity = rng.random() if rng.random() < 0.9 else None
    outcome = rng.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    undecided = 10 if outcome == "review" else 60
    return {
        "check_id": str(uuid.UUID(int=(int(made.timestamp() * 1000) << 80) | rng.getrandbits(62))),
        "created_at": made,
        "listing_id": f"l{number}",
        "seller_id": f"s{int(rng.paretovariate(0.5)) % 9000}" if rng.random() < 0.9 else None,
        "product": rng.choice("abc"),
        "outcome": outcome,
        "authenticity": authenticity,
        "uncertainty": None if authenticity is None else 1 - 2 * abs(authenticity - 0.5),
        "decision": rng.choices([None, "genuine", "counterfeit", "cant_tell"], [undecided, 20, 15, 5])[0],
        "bundle_sha256": "0" * 64,
        "views": None,
        "attributes": {},
        "answer": "{" + " " * 1800 + "}",
    }


def main() -> None:
    """Print each list as a multiple of the newest page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=200_000)
    seconds = measure(parser.parse_args().checks)
    for name, taken in seconds.items():
        print(f"{taken / seconds['newest']:8.1f} x  {name}")


if __name__ == "__main__":
    main()
