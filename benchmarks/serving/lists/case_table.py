"""How long a server takes to open a table of cases that is sent as one request.

python -m benchmarks.serving.lists.case_table BUNDLE [--rows 100000]

Three rows are bad: a country that there is not, an unknown check, a row that lacks fields. The table is sent twice; the
second time every case exists. Prints for each time the answer, seconds, processor milliseconds a row, and the server's
resident memory before and after.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.serving.servers import run_server, touchstone
from vision.bundle.bundle import read_bundle

HEADER: Final = "reference,product,ground,country,listing_id,seller_id,url,statement,check_id\n"
BAD_AT: Final = (0.1, 0.5, 0.9)  # of the table
SENT_AT_ONCE: Final = 1000
COUNTED: Final = ("rows", "opened", "existing", "bad")


def table(rows: int, product: str) -> Iterator[bytes]:
    """Give the table in pieces."""
    bad = dict(zip((round(rows * place) for place in BAD_AT), ("country", "check", "fields"), strict=True))
    yield HEADER.encode()
    for first in range(0, rows, SENT_AT_ONCE):
        block = (_row(n, product, bad.get(n)) for n in range(first, min(first + SENT_AT_ONCE, rows)))
        yield "".join(block).encode()


def _row(number: int, product: str, fault: str | None) -> str:
    country, check = "ZZ" if fault == "country" else "DE", "none" if fault == "check" else ""
    url, statement = f"https://shop.example/items/{number}", "It bears our mark and is no product of ours."
    row = f"r{number},{product},trademark,{country},l{number},s{number % 500},{url},{statement},{check}"
    return row.partition(",https")[0] + "\n" if fault == "fields" else row + "\n"


def measure(bundle: Path, rows: int) -> None:
    """Print a line for each of the two times."""
    read = read_bundle(bundle)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        server = touchstone(read, store=str(scratch / "store"), scratch=scratch)
        with run_server(server, scratch / "server.log") as running:
            for sent in ("first", "again"):
                memory, cpu_s, began = running.tree.memory().resident, running.tree.cpu_s(), time.perf_counter()
                answer = _send(running.url, rows, read.metadata.products[0])
                took_s, used_s = time.perf_counter() - began, running.tree.cpu_s() - cpu_s
                counts = ", ".join(f"{answer[key]} {key}" for key in COUNTED)
                faults = "; ".join(f"line {one['line']} {one['column']}: {one['code']}" for one in answer["faults"])
                after = running.tree.memory().resident
                print(f"{sent}: {counts} ({faults})")
                print(f"  {took_s:.0f} s, {used_s / rows * 1e3:.2f} ms CPU a row, {memory:.0f} then {after:.0f} MiB")


def _send(url: str, rows: int, product: str) -> dict[str, Any]:
    headers = {"Content-Type": "text/csv"}
    response = httpx.post(f"{url}/v1/cases/bulk", content=table(rows, product), headers=headers, timeout=3600)
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer


def main() -> None:
    """Measure on the bundle that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    measure(options.bundle, options.rows)


if __name__ == "__main__":
    main()
