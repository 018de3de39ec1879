"""Changes bytes of an evidence file at random, and counts what `touchstone evidence verify` does not find.

python -m benchmarks.evidence.changed_bytes FILE [--flips 2000] [--cuts 200] [--seed 14]
"""

from __future__ import annotations

import argparse
import logging
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from serving.errors import ServingError
from serving.evidence.verification.verify import verify_file


def changed(data: bytes, flips: int, cuts: int, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Give the file with one bit flipped, then cut or added to at random lengths, half of each."""
    for _ in range(flips):
        place, bit = rng.randrange(len(data)), rng.randrange(8)
        one = bytearray(data)
        one[place] ^= 1 << bit
        yield f"bit {bit} of byte {place}", bytes(one)
    for number in range(cuts):
        if number % 2:
            end = rng.randrange(len(data))
            yield f"cut after {end}", data[:end]
        else:
            added = rng.randbytes(rng.randint(1, 1000))
            yield f"{len(added)} bytes added", data + added


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=14)
    arguments = parser.parse_args()
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # its reports of authorities that nobody trusts here
    data = arguments.file.read_bytes()
    verify_file(arguments.file)
    missed, tried, begun = [], 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / arguments.file.name
        for what, bytes_changed in changed(data, arguments.flips, arguments.cuts, random.Random(arguments.seed)):
            path.write_bytes(bytes_changed)
            tried += 1
            try:
                verify_file(path)
                missed.append(what)
            except ServingError:
                pass
    seconds = time.perf_counter() - begun
    print(f"{arguments.file}: {len(data)} bytes, {tried} changes, {len(missed)} missed, {seconds:.0f} s")
    for what in missed:
        print("missed:", what)


if __name__ == "__main__":
    main()
